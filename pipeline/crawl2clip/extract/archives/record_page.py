"""Extract the page from a WARC record with a reader that tolerates irregular headers."""

import re
from typing import NamedTuple

from fastwarc.warc import HeaderMap, WarcRecord, WarcRecordType

from crawl2clip.extract.archives.body import looks_like_html
from crawl2clip.extract.archives.page import (
    HTML_TYPES,
    WAT_TYPE,
    ArchiveItem,
    Page,
    Unreadable,
    plain_type,
)
from crawl2clip.extract.archives.record_boundaries import HEADER_END
from crawl2clip.extract.archives.record_headers import LONGEST
from crawl2clip.extract.archives.warc_head import regular
from crawl2clip.io.damage import is_damage, panics_as_damage

_ROBOTS = "x-robots-tag"
_NO_PAGE = re.compile(
    rb"(?m)^(?:WARC-Type|warc-type):[ \t]*"
    rb"(?:request|warcinfo|revisit|conversion|continuation)[ \t]*\r?$"
)
_IS_ANSWER = re.compile(rb"(?m)^(?:WARC-Type|warc-type):[ \t]*response[ \t]*\r?$")
# Besides HTTP/1.1: HTTP/2 without a reason, and what radio stations and old servers say.
_STATUS = re.compile(
    rb"[\r\n]*(?:HTTP(?:/\d{1,3}(?:\.\d{1,3})?)?|ICY)[ \t]+(\d{3})(?!\d)[^\r\n]*", re.IGNORECASE
)
_MOST_INTERIM = 8


class Record(NamedTuple):
    """Holds a record's head and block as stored; the end of a large block may be missing.

    offset, length: as in `Page`. size: the number of bytes of the whole block.
    """

    offset: int | None
    length: int | None
    head: bytes
    block: bytes
    size: int


def page_of_record(record: Record, max_bytes: int) -> ArchiveItem | None:
    """Return the record's page, or None if it holds none of the wanted types."""
    if _NO_PAGE.search(record.head) or (not record.size and _IS_ANSWER.search(record.head)):
        return None
    try:
        return _page(record, max_bytes)
    except OSError as error:
        if not is_damage(error):
            raise
        return Unreadable(record.offset, f"broken record: {error}")


def _page(record: Record, max_bytes: int) -> ArchiveItem | None:
    is_answer, block = without_oddities(record.block)
    with panics_as_damage():
        read = WarcRecord.from_bytes(regular(record.head, len(block)) + block)
        headers, types = _headers(read, is_answer)
    if headers is None:
        return None
    if read.record_type == WarcRecordType.response and not is_answer:
        return _headless(record, read, max_bytes)
    # Each look into a HeaderMap goes through all of it.
    of_page = {name.lower(): value for name, value in headers.astuples()}
    content_type = of_page.get("content-type", "")
    if plain_type(content_type) not in types:
        return None
    tags = tuple(headers.get_multiple(_ROBOTS)) if _ROBOTS in of_page else ()
    return _bare(record, read, max_bytes)._replace(
        content_type=content_type,
        transfer_encoding=of_page.get("transfer-encoding", ""),
        content_encoding=of_page.get("content-encoding", ""),
        robots_tags=tags,
        tdm_reservation=of_page.get("tdm-reservation"),
    )


def _bare(record: Record, read: WarcRecord, max_bytes: int) -> Page:
    """Return the page with what the record's head tells, and its body."""
    count = read.content_length + record.size - len(record.block)
    is_too_large = count > max_bytes
    with panics_as_damage():
        body = b"" if is_too_large else read.reader.read()
    return Page(
        offset=record.offset,
        date=read.record_date,
        url=(read.headers.get("WARC-Target-URI") or "").strip("<>"),  # wget puts it in <>
        content_type="",
        transfer_encoding="",
        content_encoding="",
        body=body,
        length=record.length,
        record_id=read.record_id or None,
        problem=f"page too large: {count} bytes" if is_too_large else None,
    )


def _headers(read: WarcRecord, is_answer: bool) -> tuple[HeaderMap | None, tuple[str, ...]]:
    """Return the headers that describe the page, or None for no page, and the wanted types."""
    kind = read.record_type
    if kind == WarcRecordType.response and is_answer:
        read.parse_http(quirks_mode=True)  # some servers end lines with LF alone
        http = read.http_headers
        return (http if http is not None and http.status_code == 200 else None), HTML_TYPES
    if kind == WarcRecordType.metadata:
        return read.headers, (WAT_TYPE,)
    is_page = kind in (WarcRecordType.resource, WarcRecordType.response)
    return (read.headers if is_page else None), HTML_TYPES


def _headless(record: Record, read: WarcRecord, max_bytes: int) -> ArchiveItem | None:
    """Return a response without an HTTP head as a page if it looks like one.

    Responses of other protocols than HTTP, such as DNS, have no such head.
    """
    kind = plain_type(read.headers.get("Content-Type") or "")
    if looks_like_html(record.block):
        return _bare(record, read, max_bytes)
    if kind not in ("", "application/http") or not record.block.strip():
        return None
    return Unreadable(record.offset, "broken record: a response without an HTTP head")


def without_oddities(block: bytes) -> tuple[bool, bytes]:
    """Return whether the block is an HTTP response, and the block as the reader expects it.

    Interim responses (1xx) are cut off.
    """
    found = _STATUS.match(block)
    for _ in range(_MOST_INTERIM):
        if not found or not found[1].startswith(b"1"):
            break
        end = HEADER_END.search(block, found.end(), found.end() + LONGEST)
        block = block[end.end() if end else len(block) :]
        found = _STATUS.match(block)
    if not found:
        return False, block
    return True, b"HTTP/1.1 %s -%s" % (found[1], block[found.end() :])
