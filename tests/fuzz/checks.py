"""What must hold for each input. A check returns what is wrong, or None."""

import io
from collections.abc import Generator
from contextlib import ExitStack
from dataclasses import replace
from typing import NamedTuple
from unittest import mock

from crawl2clip.extract.archives import gzip_members, record_headers
from crawl2clip.extract.archives.body import utf8
from crawl2clip.extract.archives.page import ArchiveItem, Page, PageError
from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html import scanner
from crawl2clip.extract.html.page_collector import collect_content, finishing, wanted
from crawl2clip.extract.html.page_model import PageContent
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows import pair_rows
from crawl2clip.extract.rows.archive_pairs import pairs_in_file
from crawl2clip.extract.rows.pair_rows import Row, rows_of
from tests.extract.test_finished_images import SETTINGS
from tests.extract.test_scanner import EVERYTHING


class Way(NamedTuple):
    """How an input is read: which images and texts are wanted, and where the page stood."""

    settings: Settings
    url: str = "http://x.example/p/q.html"


_URLS = ("https://y.example", "http://", "", "http://[x", "HTTP://é.example:80/a/../b?c#d", "x")
_ALL = (*SETTINGS, EVERYTHING)
WAYS = (*map(Way, _ALL), *(Way(_ALL[i], url) for i, url in enumerate(_URLS)))


def page(data: bytes, way: Way) -> str | None:
    """The scanner finds what the parser finds, and C makes the rows that Python makes."""
    scanner.scanned(data, wanted(way.settings), finishing(way.settings))  # whatever bytes they are
    html = utf8(data, "")
    try:
        expected = collect_content(parser.events(html, wanted(way.settings)), way.settings)
    except PageError:
        return None
    for finish in (scanner.NONE, finishing(way.settings)):
        found = scanner.scanned(html, wanted(way.settings), finish)
        if (
            not isinstance(found, str)
            and (given := collect_content(found, way.settings)) != expected
        ):
            return f"the parser finds\n{expected}\nand the scanner\n{given}"
    return _rows(expected, way.url)


def _rows(content: PageContent, url: str) -> str | None:
    page = Page(0, None, url, "", "", "", b"")
    by_c = list(rows_of("a.warc", page, content))
    with mock.patch.object(pair_rows, "_rows", None):
        by_python = list(rows_of("a.warc", page, content))
    return None if by_c == by_python else f"Python's rows are\n{by_python}\nand C's\n{by_c}"


def head(data: bytes, way: Way) -> str | None:
    """C reads the headers that Python reads."""
    for start in (0, len(data) // 2, len(data)):
        found = record_headers._headers.head(
            data, start, record_headers.LONGEST, record_headers.Head
        )
        if found != (expected := record_headers.head_by_python(data, start)):
            return f"at {start} Python reads\n{expected}\nand C\n{found}"
    return None


def archive(data: bytes, way: Way) -> str | None:
    """C, Python and the careful reader find the same in an archive, and nothing raises."""
    by_c = _pairs(data, way.settings)
    by_python = _pairs(data, way.settings, python=True)
    if by_c != by_python and not _is_refused(by_python):
        return f"Python's rows are\n{by_python}\nand C's\n{by_c}"
    carefully = _pairs(data, way.settings, carefully=True)
    if not _is_damaged(by_c + carefully) and _plain(by_c) != _plain(carefully):
        return f"the careful reader's rows are\n{carefully}\nand those of the fast one\n{by_c}"
    return None


def _pairs(
    data: bytes, settings: Settings, python: bool = False, carefully: bool = False
) -> list[Row]:
    with ExitStack() as changed:
        if python:
            for module, name in (
                (scanner, "_scanner"),
                (pair_rows, "_rows"),
                (record_headers, "_headers"),
            ):
                changed.enter_context(mock.patch.object(module, name, None))
        if carefully:
            changed.enter_context(mock.patch.object(gzip_members, "pages", _none))
        small = replace(settings, max_page_bytes=100_000)
        return list(pairs_in_file("a.warc.gz", io.BytesIO(data), small))


def _none(file: object, at: int, max_bytes: int) -> Generator[ArchiveItem, None, gzip_members.Stop]:
    """In place of the fast reader: stops at once, so that the careful one goes on from there."""
    yield from ()
    return gzip_members.Stop(at)


def _is_refused(found: list[Row]) -> bool:
    """Whether a page was too much for the parser, which is asked where the scanner is not there."""
    return any(row.problem and row.problem.startswith(_TOO_MUCH) for row in found)


def _is_damaged(found: list[Row]) -> bool:
    return any(row.problem and row.problem.startswith(_DAMAGE) for row in found)


_TOO_MUCH = ("page too deep", "too many attributes")
_DAMAGE = ("broken record", "truncated record", "unreadable file")


def _plain(found: list[Row]) -> list[Row]:
    """Without lengths, which by the careful reader count empty members behind a record."""
    return [row._replace(warc_length=None) for row in found]


CHECKS = {"page": page, "head": head, "archive": archive}
