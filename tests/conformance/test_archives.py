"""Archives that others made, real and malformed ones, against a slow and obvious reading."""

import logging
import re
from collections import defaultdict
from pathlib import Path

import pytest
from selectolax.lexbor import LexborHTMLParser
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from pipeline.extract.charset import utf8
from pipeline.extract.urls import absolute, base_url
from pipeline.extract.warc import Row, pairs_in_archive
from tests.conformance import SHARED, needs_shared

pytestmark = needs_shared

FOLDERS = ("archives/real", "archives/malformed", "webhtml", "loopback")
ARCHIVES = sorted(path for folder in FOLDERS for path in (SHARED / "data" / folder).glob("*"))
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# warcio reads neither the first two nor, with the newest brotli, the third.
UNREADABLE = (".lz4", ".wacz", "_brotli.warc.gz")
KINDS = {
    *("bad url", "broken record", "truncated record", "unreadable file"),
    *("undecodable page", "page too large"),
}

Pages = dict[str, set[tuple[str | None, str | None]]]


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.name)
def test_is_read_to_its_end_and_every_problem_is_named(path: Path) -> None:
    found = list(pairs_in_archive(str(path)))

    assert {row.problem.partition(":")[0] for row in found if row.problem} <= KINDS
    assert all(row.problem or (row.uid and row.url and row.text) for row in found)


@pytest.mark.parametrize(
    "path",
    [p for p in ARCHIVES if "malformed" not in p.parts and not p.name.endswith(UNREADABLE)],
    ids=lambda path: path.name,
)
def test_finds_on_each_page_what_the_obvious_reading_finds(path: Path) -> None:
    rows = [row for row in pairs_in_archive(str(path)) if row.text]

    assert by_page(rows) == obvious_pages(path)


def by_page(rows: list[Row]) -> Pages:
    """url and text of all pairs by the address of their page; no url where it is a bad one."""
    pages = defaultdict(set)
    for row in rows:
        pages[row.page_url or ""].add((row.url, row.text))
    return dict(pages)


def obvious_pages(path: Path) -> Pages:
    logging.getLogger("warcio").setLevel(logging.ERROR)
    pages = defaultdict(set)
    with path.open("rb") as file:
        for record in ArchiveIterator(file, arc2warc=True):
            if is_page(record):
                url, html = page_of(record)
                pages[url] |= obvious_pairs(html, url)
    return {url: pairs for url, pairs in pages.items() if pairs}


def is_page(record: ArcWarcRecord) -> bool:
    http = record.http_headers
    if record.rec_type != "response" or http is None or http.get_statuscode() != "200":
        return False
    kind = http.get_header("Content-Type") or "text/html"
    return re.match(r"\s*(text/html|application/xhtml\+xml)\s*(;|$)", kind, re.I) is not None


def page_of(record: ArcWarcRecord) -> tuple[str, bytes]:
    content_type = record.http_headers.get_header("Content-Type") or ""
    body = record.content_stream().read()
    return record.rec_headers.get_header("WARC-Target-URI"), utf8(body, content_type)


def obvious_pairs(html: bytes, url: str) -> set[tuple[str | None, str | None]]:
    tree = LexborHTMLParser(html.decode(errors="replace"))
    bases = [node.attributes["href"] for node in tree.css("base") if "href" in node.attributes]
    base = base_url(url, bases[0] if bases else None)
    found: set[tuple[str | None, str | None]] = set()
    for node in tree.css("img"):
        text = re.sub(r"\s+", " ", CONTROLS.sub("", node.attributes.get("alt") or "")).strip()
        link = (node.attributes.get("src") or "").strip()
        if text and link and not link.lower().startswith("data:"):
            try:
                found.add((absolute(link, base), text))
            except ValueError:
                found.add((None, text))
    return found


def test_what_readers_pass_over_in_silence_is_a_problem() -> None:
    malformed = SHARED / "data" / "archives" / "malformed"
    expected = {
        "chatnoir-eu__chatnoir-resiliparse__clipped.warc.gz": "truncated record",
        "webrecorder__warcio.js__example-bad-length.warc": "broken record",
        "internetarchive__gowarc__corrupted-mid-record.warc.gz.open": "broken record",
        "webrecorder__pywb__invalid_example_1.wacz": "unreadable file",
        "richardlehane__webarchive__invalid-empty.warc": "unreadable file",
    }

    for name, kind in expected.items():
        problems = [row.problem or "" for row in pairs_in_archive(str(malformed / name))]
        assert [problem.partition(":")[0] for problem in problems] == [kind], name
