"""What one page may cost: limits that are linear in its size, and a problem for what is beyond."""

import json
import subprocess
import sys
from collections.abc import Iterator
from time import process_time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html import page_collector, scanner
from crawl2clip.extract.html.page_collector import collect_content, finishing, page_content, wanted
from crawl2clip.extract.html.page_model import Image, Link, PageContent
from crawl2clip.extract.limits import page_budget as limits
from crawl2clip.extract.limits.page_budget import Budget, OverBudgetError
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows import pair_rows as rows_module
from crawl2clip.extract.rows import text_repair
from crawl2clip.extract.rows.pair_rows import (
    Candidate,
    Row,
    row_bytes,
    row_bytes_by_python,
    rows_by_python,
)
from tests.extract import costly_pages
from tests.extract.archives import record, rows
from tests.extract.test_pair_rows import BASE, COMMON, image, images, needs_rows

_rows = rows_module._rows
# 75 MB of them are Python with its libraries.
MOST_MEGABYTES = 300
MOST_SECONDS = 15
SIZE = 250_000
ALL = costly_pages.EVERYTHING


TOO_MUCH = {
    "base": "too many bytes of rows",
    "base that leads nowhere": "too many bytes of rows",
    "base and srcset": "too many bytes of rows",
    "picture": "too many images in a picture",
    "picture of few sources": "too many images in a picture",
    "og": "too many bytes of rows",
    "json_ld": "too many bytes of rows",
    "json_ld of images": "too many images",
    "figcaption": "too many bytes of rows",
    "link_text": "too many bytes of rows",
    "title and heading": "too many bytes of rows",
    "page_url": "too many bytes of rows",
    "stand-ins of a long link": None,
    "links that start alike": None,
}


@pytest.fixture(scope="module")
def took() -> dict[str, dict[str, Any]]:
    """What comes of each page, and what that took."""
    command = [sys.executable, "-m", "tests.extract.costly_pages", str(SIZE), *TOO_MUCH]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return dict(zip(TOO_MUCH, map(json.loads, said.splitlines()), strict=True))


@pytest.mark.parametrize("name", TOO_MUCH)
def test_a_page_whose_parts_multiply_takes_little_and_tells(
    name: str, took: dict[str, dict[str, Any]]
) -> None:
    found, problem = took[name], TOO_MUCH[name]

    assert found["megabytes"] < MOST_MEGABYTES
    assert found["seconds"] < MOST_SECONDS
    assert problem in found["problems"] if problem else found["problems"] == []


def by_python(page: list[Image], most: int) -> list[Row | str]:
    return list(told(rows_by_python(COMMON, page, BASE, most)))


def by_c(page: list[Image], most: int, slice_bytes: int = 1 << 30) -> list[Row | str]:
    made = _rows.slices(COMMON, page, BASE, Candidate, most, limits.MOST_LINK_BYTES, slice_bytes, 9)
    return list(told(row for some in made for row in some))


def told(made: Iterator[Row]) -> Iterator[Row | str]:
    """The rows, and what is wrong if they end before their end."""
    try:
        yield from made
    except OverBudgetError as error:
        yield str(error)


@pytest.mark.parametrize("made", [by_python, pytest.param(by_c, marks=needs_rows)])
def test_rows_up_to_the_limit_stay(made: object) -> None:
    page = [image(f"/{n}.jpg") for n in range(10)]
    [*whole] = made(page, 1 << 20)  # type: ignore[operator]
    size = row_bytes(whole[0]) - 35 + len("a dog") + len(f"{BASE}/0.jpg")  # no uid, no source

    assert made(page, 10 * size) == whole  # type: ignore[operator]
    problem = f"too many bytes of rows: more than {10 * size - 1}"
    assert made(page, 10 * size - 1) == [*whole[:9], problem]  # type: ignore[operator]
    assert made(page, 0) == ["too many bytes of rows: more than 0"]  # type: ignore[operator]


@pytest.mark.parametrize("made", [by_python, pytest.param(by_c, marks=needs_rows)])
def test_an_image_whose_links_are_too_long_ends_the_page(made: object) -> None:
    most = limits.MOST_LINK_BYTES - len(BASE)
    page = [image("/a"), image("x" * most), image("x" * (most + 1)), image("/b")]

    [first, long, problem] = made(page, 1 << 30)  # type: ignore[operator]

    assert (first.url, len(long.url)) == ("http://x.example/a", len("http://x.example/p/") + most)
    assert problem == f"too many bytes of rows: an image's links have more than {8 << 20}"


@needs_rows
@settings(deadline=None)
@given(st.lists(images, max_size=6), st.integers(0, 6_000), st.integers(1, 3_000))
def test_c_stops_where_python_stops(page: list[Image], most: int, slice_bytes: int) -> None:
    assert repr(by_c(page, most, slice_bytes)) == repr(by_python(page, most))


@needs_rows
@settings(deadline=None)
@given(st.lists(images, max_size=3))
def test_c_counts_the_bytes_that_python_counts(page: list[Image]) -> None:
    signal = ("meta", "*", "noäi")
    for row in by_python(page, 1 << 20):
        assert isinstance(row, Row)
        for one in (row, row._replace(opt_out=(signal, signal), warc_file="é")):
            assert _rows.row_bytes(one) == row_bytes_by_python(one)


def test_a_row_counts_all_that_the_web_writes_into_it() -> None:
    candidates = (Candidate("u" * 1_000, 1, None), Candidate("u" * 1_000, None, 2.0))
    empty = row_bytes(Row())
    for name in ("page_url", "text", "text_fixed", "heading", "licence", "warc_file", "problem"):
        assert row_bytes(Row(**{name: "x" * 1_000})) == empty + 1_000  # type: ignore[arg-type]
    assert row_bytes(Row(url_candidates=candidates)) > empty + 2_000
    assert row_bytes(Row(opt_out=(("meta", "x" * 1_000, "noai"),))) > empty + 1_000
    assert row_bytes(Row(text="日" * 1_000)) >= empty + 3_000


@needs_rows
def test_slices_hold_no_more_than_they_may_and_an_image() -> None:
    page = [image(f"/{'x' * 1_000}{n}", "/b", text=f"dog {n}") for n in range(100)]

    made = list(_rows.slices(COMMON, page, BASE, Candidate, 1 << 30, 1 << 30, 10_000, 1_000))

    assert [row for some in made for row in some] == by_python(page, 1 << 30)
    assert {len(some) for some in made[:-1]} == {len(made[0])}
    assert 1 < len(made[0]) < 5


def test_a_text_that_goes_with_many_images_is_mended_once(monkeypatch: pytest.MonkeyPatch) -> None:
    page = [image(f"/{n}.jpg", text="dÃ¶g") for n in range(5)]
    asked = []

    def mended(text: str) -> str | None:
        asked.append(text)
        return text_repair.mended(text)

    monkeypatch.setattr(rows_module, "mended", mended)

    assert {row.text_fixed for row in rows_by_python(COMMON, page, BASE, 1 << 20)} == {"dög"}
    assert asked == ["dÃ¶g"]


def picture(images_in_it: int) -> str:
    found = costly_pages.images(30 * images_in_it)
    return f"<picture>{costly_pages.sources(60, '/s{n}-{i} {i}w', 90)}{found}</picture>"


@pytest.mark.parametrize("most_links", [0, 20_000])
def test_the_sources_of_a_picture_go_with_its_first_images_whatever_they_are(
    most_links: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LEAST_SOURCE_LINKS", most_links)
    few, many = picture(4).encode(), picture(40).encode()

    assert page_content(few, ALL, Budget(0)).problem is None
    found = page_content(many, ALL, Budget(0))

    kept = 4 + most_links // (60 * 89)
    assert len(found.images) == kept
    assert found.problem == f"too many images in a picture: with more than {most_links} links"
    assert found.images[: len(page_content(few, ALL).images)] == page_content(few, ALL).images


@pytest.mark.parametrize("chosen", [Settings(), ALL])
@pytest.mark.parametrize("count", range(1, 9))
def test_pictures_of_many_images_end_where_they_end_by_the_parser(
    count: int, chosen: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LEAST_SOURCE_LINKS", 4)
    pictures = (
        "<picture><source srcset='s 2x,t'>" + "<img src={n} alt=x{n}><img>" * count + "</picture>"
    )
    page = "".join(pictures.replace("{n}", str(n)) for n in range(3)).encode()
    names = wanted(chosen)

    found = scanner.events(page, names, finishing(chosen))

    assert collect_content(found, chosen, Budget(0)) == collect_content(
        parser.events(page, names), chosen, Budget(0)
    )


def test_a_script_that_is_too_long_is_left_out_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_collector.json_ld, "MOST_CHARS", 60)
    page = '<script type=application/ld+json>{"name":"%s","image":"/s"}</script><img src=a alt=b>'

    long = page_content((page % ("x" * 60)).encode(), ALL)

    assert (len(long.images), long.problem) == (1, "too much JSON-LD: more than 60 characters")
    assert (len(page_content((page % "x").encode(), ALL).images)) == 2


def test_images_of_json_ld_beyond_the_limit_are_counted() -> None:
    script = json.dumps({"name": "n", "image": [f"/{n}" for n in range(9)]})
    page = f"<script type=application/ld+json>{script}</script><img src=a alt=b>".encode()
    chosen = Settings(texts=("alt", "json_ld"), images=("src", "json_ld"), max_images_per_page=4)

    found = page_content(page, chosen)

    assert (len(found.images), found.too_many) == (4, 6)


def busy(seconds: float) -> None:
    start = process_time()
    while process_time() - start < seconds:
        pass


def test_a_page_that_takes_too_long_ends_with_what_it_had(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEAST_SECONDS", 0.1)
    monkeypatch.setattr(limits, "SECONDS_FOR_EACH_BYTE", 0)
    monkeypatch.setattr(page_collector, "_SOME_EVENTS", 1)

    def slow() -> Iterator[parser.Event]:
        for n in range(100):
            busy(0.03)
            yield "img", {"src": f"/{n}", "alt": "x"}, None

    found: PageContent = collect_content(slow(), Settings(), Budget(7))

    assert 1 <= len(found.images) < 10
    assert found.problem == "page too slow: more than 0 seconds"


def test_who_goes_through_the_rows_may_take_as_long_as_he_likes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    budget = Budget(0)
    budget.seconds = 0.1
    for _ in budget.timed(iter(range(5))):
        busy(0.05)
    with pytest.raises(OverBudgetError, match="page too slow: more than 10 seconds"):
        for _ in budget.timed(busy(0.03) for _ in range(9)):
            pass


def test_the_problems_of_a_page_come_behind_its_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "LEAST_ROW_BYTES", 2_000)
    monkeypatch.setattr(limits, "ROW_BYTES_FOR_EACH_BYTE", 0)
    page = "".join(f"<img src=/{n}.jpg alt='dog {n}'>" for n in range(20))

    found = rows(record(page) + record("<img src=/a.jpg alt=cat>"))

    *dogs, problem, cat = [row.problem or row.text for row in found]
    assert 1 < len(dogs) < 9
    assert (problem, cat) == ("too many bytes of rows: more than 2000", "cat")
    assert found[-2].page_url == "http://x.example/p/page.html"


def test_links_of_stand_ins_are_as_many_as_of_a_srcset() -> None:
    stand_ins = "".join(f"<img src=/{n} alt=x>" for n in range(500))
    page = f"<body><img src=/a alt=x><noscript>{stand_ins}</noscript>"

    [found] = page_content(page.encode(), Settings()).images

    assert found.links[0] == Link("/a")
    assert len(found.links) == 100
