"""An archive -> rows: the whole way of a pair, without Spark."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, NamedTuple

from pipeline.extract.archive import found_in, open_archive
from pipeline.extract.body import decoded_body, looks_like_html
from pipeline.extract.charset import utf8
from pipeline.extract.html import Candidate, candidates
from pipeline.extract.page import Broken, Found, Page, PageError
from pipeline.extract.urls import absolute, base_url

_LONGEST_DETAIL = 200


@dataclass(frozen=True)
class Settings:
    """max_page_bytes: a page with a longer body, stored or unpacked, is a problem and no page."""

    max_page_bytes: int = 10_000_000


class Row(NamedTuple):
    """A pair, or a problem; the columns of the same names in the schema."""

    uid: str | None = None
    url: str | None = None
    text: str | None = None
    text_source: str | None = None
    page_url: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_date: datetime | None = None
    problem: str | None = None


def pairs_in_archive(path: str, settings: Settings = Settings()) -> Iterator[Row]:
    """Pairs and problems of one archive, in document order. Memory does not grow with the file.

    Raises OSError if the machine fails, so that the task can be tried again.
    """
    try:
        file = open_archive(path)
    except (FileNotFoundError, NotADirectoryError):
        yield Row(warc_file=path, problem=f"missing file: {path}")
        return
    except IsADirectoryError:
        yield Row(warc_file=path, problem=f"unreadable file: {path} is a folder")
        return
    with file:
        yield from pairs_in_file(path, file, settings)


def pairs_in_file(path: str, file: BinaryIO, settings: Settings) -> Iterator[Row]:
    """The same for a file that is open and can be moved; `path` is only written into the rows."""
    for found in found_in(file, settings.max_page_bytes):
        yield from _rows(path, found, settings)


def uid_of(url: str, text: str) -> str:
    """32 hex digits: the same pair has the same, wherever it was met."""
    return hashlib.md5(f"{url}\0{text}".encode(), usedforsecurity=False).hexdigest()


def _rows(path: str, found: Found, settings: Settings) -> Iterator[Row]:
    if isinstance(found, Broken):
        yield Row(warc_file=path, warc_offset=found.offset, problem=found.problem)
        return
    try:
        base, described = _candidates(found, settings.max_page_bytes)
    except PageError as error:
        yield _row(path, found, problem=str(error))
        return
    seen = set()
    for candidate in described:
        row = _pair_row(path, found, candidate, base)
        if (row.url, row.text) not in seen or row.problem:
            yield row
        seen.add((row.url, row.text))


def _candidates(page: Page, most: int) -> tuple[str | None, Iterable[Candidate]]:
    """The page's base URL, and its candidates, each once. Raises PageError if it has a problem."""
    if page.problem:
        raise PageError(page.problem)
    body = decoded_body(page.body, page.transfer_encoding, page.content_encoding, most)
    if len(body) > most:
        raise PageError(f"page too large: more than {most} bytes unpacked")
    if not page.content_type and not looks_like_html(body):
        return None, ()
    base_href, found = candidates(utf8(body, page.content_type))
    return base_url(page.url, base_href), dict.fromkeys(found)


def _pair_row(path: str, page: Page, candidate: Candidate, base: str | None) -> Row:
    try:
        url = absolute(candidate.link, base)
    except ValueError:  # "http://[oops" is on the web, so it is in the crawl
        problem = f"bad url: {candidate.link.strip()[:_LONGEST_DETAIL]}"
        return _row(path, page, None, candidate, problem)
    return _row(path, page, url, candidate)


def _row(
    path: str,
    page: Page,
    url: str | None = None,
    candidate: Candidate | None = None,
    problem: str | None = None,
) -> Row:
    return Row(
        uid=uid_of(url, candidate.text) if url and candidate else None,
        url=url,
        text=candidate.text if candidate else None,
        text_source=candidate.text_source if candidate else None,
        page_url=page.url or None,
        warc_file=path,
        warc_offset=page.offset,
        warc_date=page.date,
        problem=problem,
    )
