"""Archives that others made, real and malformed ones, against a slow and obvious reading."""

import logging
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from crawl2clip.extract.archives.body import utf8
from crawl2clip.extract.html.img_links import LAZY, LAZY_GUESSES, LAZY_SRCSETS
from crawl2clip.extract.html.srcset import links_in
from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_archive
from crawl2clip.extract.rows.urls import absolute, base_url
from tests.conformance import SHARED, needs_shared

pytestmark = needs_shared

FOLDERS = ("archives/real", "archives/malformed", "webhtml", "loopback")
ARCHIVES = sorted(path for folder in FOLDERS for path in (SHARED / "data" / folder).glob("*"))
CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# warcio reads neither the first two nor, with the newest brotli, the third; WAT is no HTML.
UNREADABLE = (".lz4", ".wacz", "_brotli.warc.gz", ".wat", ".wat.gz")
KINDS = {
    *("bad url", "broken record", "truncated record", "unreadable file"),
    *("undecodable page", "page too large", "page too deep", "too many attributes"),
    "too many images",
    # One row an archive for each; it counts images, and no damage.
    *("left out inline", "left out no link", "left out pixel"),
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
    found = by_page([row for row in pairs_in_archive(str(path)) if row.text])
    images = obvious_images(path)

    for url in found.keys() | images.keys():
        pairs, shown = found.get(url, set()), images.get(url, [])
        missed = [image for image in shown if image.must and not image.pairs & pairs]
        assert missed == []
        assert pairs <= set().union(*(image.pairs for image in shown))


class Shown(NamedTuple):
    """An image as (url, text) for each of its links; of a plain one, with no choice, one.

    must: whether one of the pairs is to be found; not if it is inline or a pixel.
    """

    pairs: frozenset[tuple[str | None, str | None]]
    must: bool


def by_page(rows: list[Row]) -> Pages:
    """url and text of all pairs by the address of their page; no url where it is a bad one."""
    pages = defaultdict(set)
    for row in rows:
        pages[row.page_url or ""].add((row.url, row.text))
    return dict(pages)


def obvious_images(path: Path) -> dict[str, list[Shown]]:
    logging.getLogger("warcio").setLevel(logging.ERROR)
    pages: defaultdict[str, list[Shown]] = defaultdict(list)
    with path.open("rb") as file:
        for record in ArchiveIterator(file, arc2warc=True):
            if is_page(record):
                url, html = page_of(record)
                pages[url] += images_of(html, url)
    return pages


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


def images_of(html: bytes, url: str) -> list[Shown]:
    tree = LexborHTMLParser(html.decode(errors="replace"))
    bases = [node.attributes["href"] for node in tree.css("base") if "href" in node.attributes]
    base = base_url(url, bases[0] if bases else None)
    stand_ins = {node.mem_id for node in tree.css("noscript img")}
    shown = []
    for node in tree.css("img"):
        text = re.sub(r"\s+", " ", CONTROLS.sub("", node.attributes.get("alt") or "")).strip()
        if text:
            links = list(links_of(node))
            urls = {address(link, base) for link in links}
            must = bool(links) and not is_pixel(node)
            # It may be the stand-in of its neighbour, or have one; then either's links will do.
            pairs = frozenset((each, text) for each in urls)
            shown.append((node.mem_id in stand_ins, Shown(pairs, must)))
    return [with_neighbours(shown, i) for i in range(len(shown))]


def with_neighbours(shown: list[tuple[bool, Shown]], i: int) -> Shown:
    is_stand_in, (pairs, must) = shown[i]
    for other, (more, _) in shown[max(0, i - 1) : i + 2]:
        if other != is_stand_in and {text for _, text in more} == {text for _, text in pairs}:
            pairs |= more
    return Shown(pairs, must)


def links_of(node: LexborNode) -> Iterator[str]:
    """Links of an img wherever they stand, but for inline images."""
    elements = [node]
    above = node.parent
    while above is not None and above.tag != "picture":
        above = above.parent
    elements += above.css("source") if above is not None else []
    for element in elements:
        for name, value in element.attributes.items():
            value = (value or "").strip()
            if name == "srcset" or name in LAZY_SRCSETS:
                yield from (link.href for link in links_in(value) if is_file(link.href))
            elif (name == "src" or name in LAZY + LAZY_GUESSES) and is_file(value):
                yield value


def is_file(link: str) -> bool:
    return bool(link) and not link.lower().startswith(("data:", "about:"))


def is_pixel(node: LexborNode) -> bool:
    sizes = [str(node.attributes.get(name) or "").strip(" px;") for name in ("width", "height")]
    return all(size in ("0", "1") for size in sizes)


def address(link: str, base: str | None) -> str | None:
    try:
        return absolute(link, base)
    except ValueError:
        return None


def test_what_readers_pass_over_in_silence_is_a_problem() -> None:
    malformed = SHARED / "data" / "archives" / "malformed"
    expected = {
        "chatnoir-eu__chatnoir-resiliparse__clipped.warc.gz": "truncated record",
        "toimik__WarcProtocol__incorrect_content_length.warc": "broken record",
        "internetarchive__gowarc__corrupted-mid-record.warc.gz.open": "broken record",
        "webrecorder__pywb__invalid_example_1.wacz": "unreadable file",
        "richardlehane__webarchive__invalid-empty.warc": "unreadable file",
    }

    for name, kind in expected.items():
        problems = [row.problem or "" for row in pairs_in_archive(str(malformed / name))]
        assert [problem.partition(":")[0] for problem in problems] == [kind], name
