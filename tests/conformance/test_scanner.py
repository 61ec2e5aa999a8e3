"""On real pages the native scanner finds what the parser finds, and hardly ever asks it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from crawl2clip.extract.archives.archive import open_archive, read_archive
from crawl2clip.extract.archives.body import decoded_body, utf8
from crawl2clip.extract.archives.page import Page, PageError
from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html import scanner
from crawl2clip.extract.html.page_collector import collect_content, wanted
from crawl2clip.extract.limits.read_settings import Settings
from tests.conformance import SHARED, needs_shared
from tests.extract.test_scanner import DEFAULT, EVERYTHING, needs_scanner

pytestmark = [needs_shared, needs_scanner]

FOLDERS = ("archives/real", "archives/malformed", "webhtml", "loopback")
ARCHIVES = sorted(path for folder in FOLDERS for path in (SHARED / "data" / folder).glob("*"))
MOST_BYTES = 10_000_000


def htmls(path: Path) -> Iterator[bytes]:
    with open_archive(str(path)) as file:
        for page in read_archive(file, MOST_BYTES):
            if isinstance(page, Page):
                try:
                    codings = page.transfer_encoding, page.content_encoding
                    yield utf8(decoded_body(page.body, *codings, MOST_BYTES), page.content_type)
                except PageError:
                    continue


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.name)
@pytest.mark.parametrize("settings", [DEFAULT, EVERYTHING], ids=["default", "everything"])
def test_finds_what_the_parser_finds(path: Path, settings: Settings) -> None:
    names = wanted(settings)
    for html in htmls(path):
        found = scanner.scanned(html, names)
        if not isinstance(found, str):
            assert collect_content(found, settings) == collect_content(
                parser.events(html, names), settings
            )


@pytest.mark.parametrize(
    ("settings", "most"), [(DEFAULT, 0.01), (EVERYTHING, 0.05)], ids=["default", "everything"]
)
def test_seldom_asks_the_parser(settings: Settings, most: float) -> None:
    pages = [html for path in ARCHIVES if path.parent.name == "webhtml" for html in htmls(path)]

    bailed_out = [
        html for html in pages if isinstance(scanner.scanned(html, wanted(settings)), str)
    ]

    assert len(pages) > 400
    assert len(bailed_out) <= most * len(pages)
