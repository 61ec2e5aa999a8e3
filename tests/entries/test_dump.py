"""Articles out of dumps, whole and damaged, in whatever ranges."""

import bz2
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.entries.sources import dump
from crawl2clip.entries.sources.bz2_streams import PIECE, bz2_pieces
from crawl2clip.entries.sources.dump import Article, articles
from tests.entries.dumps import SITE, cut_anywhere, multistream, page

PAGES = [page(f"Page {i}", f"text {i} <b>&amp;</b> ßü " + "x" * i) for i in range(9)]
TEXTS = [Article(f"text {i} <b>&amp;</b> ßü " + "x" * i) for i in range(9)]


def in_ranges(path: str, size: int) -> list[Article]:
    length = Path(path).stat().st_size
    starts = range(0, length, size)
    return [found for at in starts for found in articles(path, at, min(at + size, length))]


@pytest.mark.parametrize("size", [1, 64, 777, 1 << 20])
def test_every_article_comes_once_however_a_multistream_dump_is_cut(
    tmp_path: Path, size: int
) -> None:
    path = multistream(tmp_path / "wiki.xml.bz2", PAGES)

    assert in_ranges(path, size) == TEXTS


@settings(deadline=None, max_examples=50)
@given(stream=st.integers(20, 900), size=st.integers(30, 3_000))
def test_pages_and_tags_may_go_on_in_another_stream(
    tmp_path_factory: pytest.TempPathFactory, stream: int, size: int
) -> None:
    path = cut_anywhere(tmp_path_factory.mktemp("cut") / "wiki.xml.bz2", PAGES, stream)

    assert in_ranges(path, size) == TEXTS


@settings(deadline=None, max_examples=50)
@given(size=st.integers(30, 3_000))
def test_a_dump_that_is_not_packed_is_cut_anywhere_too(
    tmp_path_factory: pytest.TempPathFactory, size: int
) -> None:
    path = tmp_path_factory.mktemp("plain") / "wiki.xml"
    path.write_text(SITE + "".join(PAGES) + "</mediawiki>", "utf-8")

    assert in_ranges(str(path), size) == TEXTS


def test_only_articles_count(tmp_path: Path) -> None:
    pages = [
        page("Talk:Dog", "no", namespace=1),
        page("Hound", "no", redirect='    <redirect title="Dog" />\n'),
        page("Empty", ""),
        page("Dog", "yes"),
    ]
    path = multistream(tmp_path / "wiki.xml.bz2", pages)

    assert in_ranges(path, 1 << 20) == [Article(""), Article("yes")]


def test_a_broken_page_is_a_problem_and_costs_nothing_else(tmp_path: Path) -> None:
    bomb = '<page><!DOCTYPE x [<!ENTITY a "aaaa">]><ns>0</ns><text>&a;</text></page>'
    pages = ["<page><ns>0</page>", bomb, "<page>&lol;</page>", page("Dog", "yes")]
    path = multistream(tmp_path / "wiki.xml.bz2", pages)

    *broken, good = in_ranges(path, 1 << 20)

    assert good == Article("yes")
    assert [article.text for article in broken] == ["", "", ""]
    assert all((article.problem or "").startswith("xml: ") for article in broken)
    assert len(broken) == 3


def test_a_damaged_stream_costs_its_own_pages_alone(tmp_path: Path) -> None:
    path = Path(multistream(tmp_path / "wiki.xml.bz2", PAGES, together=3))
    data = bytearray(path.read_bytes())
    second = data.find(b"BZh9", data.find(b"BZh9", 4) + 4)
    data[second + 40] ^= 0xFF
    path.write_bytes(data)

    found = in_ranges(str(path), 1 << 20)

    assert [article.problem for article in found if article.problem] == ["bz2: Invalid data stream"]
    assert [article for article in found if not article.problem] == TEXTS[:3] + TEXTS[6:]
    assert in_ranges(str(path), 50) == found


def test_a_file_that_ends_too_early_says_so(tmp_path: Path) -> None:
    packed = Path(multistream(tmp_path / "wiki.xml.bz2", PAGES, together=9))
    packed.write_bytes(packed.read_bytes()[:-60])
    plain = tmp_path / "wiki.xml"
    plain.write_text(SITE + PAGES[0] + PAGES[1][:-20], "utf-8")

    assert in_ranges(str(packed), 1 << 20)[-1].problem == "bz2: the file ends inside a stream"
    assert in_ranges(str(plain), 1 << 20)[1:] == [Article("", "xml: the file ends inside a page")]


def test_a_page_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dump, "MOST_PAGE_BYTES", 3 * PIECE)
    pages = [page("Long", "x" * 5 * PIECE), page("Dog", "yes")]
    path = multistream(tmp_path / "wiki.xml.bz2", pages, together=1)

    found = in_ranges(path, 1 << 20)

    assert found == [Article("", f"size: a page of more than {3 * PIECE:,} bytes"), Article("yes")]


def test_a_bomb_is_unpacked_a_piece_at_a_time() -> None:
    bomb = bz2.compress(bytes(30 * PIECE))

    pieces = [len(piece.data) for piece in bz2_pieces(io.BytesIO(bomb), 0, len(bomb))]

    assert max(pieces) <= PIECE
    assert sum(pieces) == 30 * PIECE


def test_what_stands_between_streams_is_passed_over() -> None:
    one, two = bz2.compress(b"one"), bz2.compress(b"two")
    data = b"junk" + one + b"BZh9 is no stream" * 3 + two + b"\0" * 9

    pieces = bz2_pieces(io.BytesIO(data), 0, len(data))

    assert b"".join(piece.data for piece in pieces) == b"onetwo"


def test_a_header_is_found_across_two_reads() -> None:
    one = bz2.compress(b"one")
    for gap in range(PIECE - 12, PIECE + 2):
        data = b"-" * gap + one

        assert [p.data for p in bz2_pieces(io.BytesIO(data), 0, len(data)) if p.data] == [b"one"]
        assert not list(bz2_pieces(io.BytesIO(data), 0, gap)), "it starts where the range ends"
