"""Read a record of a WAT file: the page it describes, and that page's content.

WAT files accompany Common Crawl's WARC files, at a quarter of their size: for each record its
headers and, for a page, its head and its links, in JSON. `wat_events` lists what they lack.

https://github.com/commoncrawl/ia-web-commons
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from crawl2clip.extract.archives.page import HTML_TYPES, Page, plain_type
from crawl2clip.extract.html.page_collector import collect_content
from crawl2clip.extract.html.page_model import PageContent
from crawl2clip.extract.limits.abort_mark import abort_on_mark
from crawl2clip.extract.limits.page_budget import Budget
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.wat.wat_events import events_of
from crawl2clip.extract.wat.wat_fast_path import fast_path_content, is_enough
from crawl2clip.extract.wat.wat_json import Object, object_of, text_of, whole_of
from crawl2clip.extract.wat.wat_schema import Html, parse_record
from crawl2clip.io.redaction import without_secrets

Headers = Mapping[str, list[str]]

# From its crawl of June 2019 on, CC-MAIN-2019-26, Common Crawl replaces character references before
# it writes a value; a second time would take `&amp;lt;` for a bracket. Others leave them in.
_CRAWL_DATE = re.compile(r"CC-MAIN-(\d{8})\d{6}-")
_FIRST_DECODED = "20190601"
_WARC_HEADERS = frozenset({"warc-date", "warc-target-uri", "warc-record-id"})
_END_BYTES = 64  # in which a record ends, white space behind it and all
_HEADERS = _WARC_HEADERS | {"content-type", "x-robots-tag", "tdm-reservation"}


class DescribedPage(NamedTuple):
    """Holds a page as it lies in a WARC file, without its body.

    warc_file: that file's name without folder; None if the record does not name it. page: its
    offset, length, date and record_id refer to that file, and not to the WAT. budget: what is left
    for its rows.
    """

    warc_file: str | None
    page: Page
    content: PageContent
    budget: Budget


def describe_page(record: bytes, settings: Settings) -> DescribedPage | None:
    """Return the page, or None if the record describes none that is HTML with status 200.

    A page that can have none of the wanted images may be None, too. Raises PageError if the record
    is no JSON.
    """
    if _is_of_no_use(record, settings):
        return None
    abort_on_mark(record)
    parts = parse_record(record, is_enough(settings))
    http = _headers(parts.http)
    if parts.html is None or str(parts.status) != "200":
        return None
    if plain_type(_first(http, "content-type")) not in HTML_TYPES:
        return None
    warc_file = without_secrets(text_of(parts.container.get("Filename")) or "") or None
    page = _page(_headers(parts.warc), parts.container, http)
    budget = Budget(len(record))
    is_decoded = _is_decoded(warc_file or "")
    return DescribedPage(
        warc_file, page, _offers(record, parts.html, is_decoded, settings, budget), budget
    )


def _offers(
    record: bytes, html: Html | Object, is_decoded: bool, settings: Settings, budget: Budget
) -> PageContent:
    if isinstance(html, Html):
        content = fast_path_content(html, is_decoded, settings)
        if content is not None:
            return content
        html = parse_record(record, False).html or {}
    assert isinstance(html, dict)
    return collect_content(events_of(html, is_decoded), settings, budget)


def _is_of_no_use(record: bytes, settings: Settings) -> bool:
    """Return whether the record seems whole and holds no images.

    The test is far faster than parsing: two of three records describe requests and the like.
    """
    if {"og", "twitter"}.isdisjoint(settings.images):
        has_images = b'"IMG@' in record
    else:
        has_images = b'"HTML-Metadata"' in record
    return not has_images and record[-_END_BYTES:].rstrip().endswith(b"}")


def _page(warc: Headers, container: Object, http: Headers) -> Page:
    return Page(
        offset=whole_of(container.get("Offset")),
        date=_date(_first(warc, "warc-date")),
        url=_first(warc, "warc-target-uri").strip("<>"),
        content_type=_first(http, "content-type"),
        transfer_encoding="",
        content_encoding="",
        body=b"",
        length=whole_of(object_of(container.get("Gzip-Metadata")).get("Deflate-Length")),
        record_id=_first(warc, "warc-record-id") or None,
        robots_tags=tuple(http.get("x-robots-tag", ())),
        tdm_reservation=_first(http, "tdm-reservation") or None,
    )


def _headers(value: object) -> dict[str, list[str]]:
    """Return the values of the wanted headers by name in lower case.

    Of headers with one name the file has a list, or if it was written before the end of 2024, the
    last.
    """
    headers: dict[str, list[str]] = {}
    for name, given in object_of(value).items():
        if (name := name.lower()) in _HEADERS:
            values = given if isinstance(given, list) else [given]
            headers.setdefault(name, []).extend(v for v in values if isinstance(v, str))
    return headers


def _first(headers: Headers, name: str) -> str:
    return next(iter(headers.get(name, ())), "")


def _is_decoded(warc_file: str) -> bool:
    crawl = _CRAWL_DATE.search(warc_file)
    return crawl is not None and crawl[1] >= _FIRST_DECODED


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
