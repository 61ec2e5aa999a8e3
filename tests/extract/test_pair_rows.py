"""A page's images -> its rows: the rules, and that the C code knows the same."""

import gc
import hashlib
import random
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.extract.html.page_model import Image, Link
from crawl2clip.extract.rows import pair_rows as rows_module
from crawl2clip.extract.rows.pair_rows import Candidate, Row, rows_by_python
from tests.extract.archives import numbered, rows

_rows = rows_module._rows
Made = Callable[[list[Image]], list[Row]]
needs_rows = pytest.mark.skipif(_rows is None, reason="no C compiler")

BASE = "http://x.example/p/page.html?a/b#c/d"
MOST = 1 << 30
COMMON = Row(page_url="http://x.example/p/page.html", warc_file="a", warc_offset=7)
LINKS = (
    *("a.jpg", "/a.jpg", "//y.example/a.jpg", "http://y.example/a.jpg", "https://y.example/a.jpg"),
    *("", " ", " a.jpg", "a.jpg ", "a\tb.jpg", "a b.jpg", "\\a.jpg", "/a\\b", "a|b", "a\x00b"),
    *(".", "..", "./a", "../a", "/./a", "/a/../b", "a/..", "a/.b", "/.a", "a//b", "///a", "//"),
    *("?", "?a=1", "#", "#a", "a?b=/.c", "a?b#c", "a/%2e%2E/b", "a%2Eb", "a%2fb", "a%", "%zz"),
    *("HTTP://Y.example/a", "http:a", "http:/a", "http:///a", "http://y.example", "https:a"),
    *("http://y.example?a", "http://y/a", "http://Y.example/a", "http://y.example:80/a", "http://"),
    *(
        "https://y.example:443/a",
        "http://y.example:443/a",
        "http://u:p@y.example/a",
        "http://y.1/a",
    ),
    *("http://xn--a.example/", "http://-y.example/a", "http://y-.example/a", "http://y..example/a"),
    *("http://1.2.3.4/a", "http://1.2.3/a", "http://y.e/a", "http://y.0x/a", "//y/a", "//y.ex-/a"),
    *("xn--a.jpg", "a:b", "javascript:1", "data:,", "mailto:a@b", "ftp://y.example/a", "a,b;c=d&e"),
    *("é.jpg", "/é", "http://é.example/a", "日本.jpg", "\ud800", "a\n", "a'b", 'a"b', "a[b]", "~a"),
    *("/a.jpg?w=100", "/a.jpg?id=1&w=100&utm_x=3", "/a.jpg?w", "/a?", "/a?&&", "http://[oops"),
)
BASES = (
    *(BASE, "https://x.example/", "http://x.example:8080/a/b", "http://u:p@x.example/a", None),
    *("ftp://x.example/a/b", "about:blank", "urn:x:1", "http://[::1]/a/b", "http://x.example/?/a"),
)
TEXTS = ("a dog", "a &amp; b", "dÃ¶g", "é", "日本", "", "x" * 200, "a & b", "\ufffd", "Ĥ°")
links = st.builds(
    Link,
    st.sampled_from(LINKS),
    st.none() | st.integers(1, 3),
    st.none() | st.sampled_from((0.0, 1.5)),
)
images = st.builds(
    Image,
    st.lists(links, min_size=1, max_size=4).map(tuple),
    st.sampled_from(("src", "lazy")),
    st.lists(st.tuples(st.just("alt"), st.sampled_from(TEXTS)), max_size=2).map(tuple),
    st.none() | st.integers(0, 3),
    st.none() | st.integers(0, 3),
    st.none() | st.just("a heading"),
)


def image(*hrefs: str, text: str = "a dog") -> Image:
    return Image(tuple(map(Link, hrefs)), "src", (("alt", text),))


def by_c(page: list[Image], base: str | None = BASE) -> list[Row]:
    slices = _rows.slices(COMMON, page, base, Candidate, MOST, MOST, MOST, 10_000)
    return [row for some in slices for row in some]


def by_python(page: list[Image], base: str | None = BASE) -> list[Row]:
    return list(rows_by_python(COMMON, page, base, MOST))


@pytest.mark.parametrize("made", [by_python, pytest.param(by_c, marks=needs_rows)])
def test_of_several_links_the_first_that_leads_somewhere_counts(made: Made) -> None:
    [row] = made([image("http://[oops", "/dog.jpg?w=9", "javascript:1", "/dog.jpg")])

    assert (row.url, row.url_raw, row.problem) == (
        "http://x.example/dog.jpg?w=9",
        "/dog.jpg?w=9",
        None,
    )
    assert row.canonical_url == "https://x.example/dog.jpg"
    assert row.url_candidates == (
        Candidate("http://x.example/dog.jpg?w=9", None, None),
        Candidate("http://x.example/dog.jpg", None, None),
    )


@pytest.mark.parametrize("made", [by_python, pytest.param(by_c, marks=needs_rows)])
def test_an_image_whose_links_all_lead_nowhere_is_a_problem(made: Made) -> None:
    [row] = made([image(" http://[oops ", "javascript:1")])

    assert (row.url, row.uid, row.url_candidates) == (None, None, None)
    assert (row.url_raw, row.problem) == (" http://[oops ", "bad url: http://[oops")


@needs_rows
@pytest.mark.parametrize("base", BASES)
def test_addresses_are_the_same_in_c(base: str | None) -> None:
    for link in LINKS:
        assert by_c([image(link)], base) == by_python([image(link)], base), link


@needs_rows
@settings(deadline=None)
@given(st.lists(images, max_size=5), st.sampled_from(BASES))
def test_rows_are_the_same_in_c(page: list[Image], base: str | None) -> None:
    assert repr(by_c(page, base)) == repr(by_python(page, base))


@needs_rows
@settings(deadline=None)
@given(st.text("abx/.:?#%&=-n2eE@ \\é[", max_size=12), st.sampled_from(("", "//", "http://", "/")))
def test_any_link_leads_to_the_same_address_in_c(link: str, start: str) -> None:
    assert by_c([image(start + link)]) == by_python([image(start + link)])


@needs_rows
def test_uids_are_the_md5_of_url_and_text_whatever_their_length() -> None:
    for length in range(200):
        text = "x" * length
        [row] = by_c([image("http://y.example/a", text=text)])
        assert row.uid == hashlib.md5(f"http://y.example/a\0{text}".encode()).hexdigest()


@needs_rows
@pytest.mark.parametrize(
    "arguments",
    [((), [], None, Candidate), (COMMON, [(1, 2)], None, Candidate), (COMMON, [], 7, Candidate)],
)
def test_what_is_no_row_and_no_image_is_refused(arguments: tuple[object, ...]) -> None:
    with pytest.raises(TypeError, match="slices wants"):
        list(_rows.slices(*arguments, MOST, MOST, MOST, MOST))


@needs_rows
def test_a_text_that_is_no_unicode_raises_as_it_does_in_python() -> None:
    for made in (by_c, by_python):
        with pytest.raises(UnicodeEncodeError):
            made([image("/a", text="\ud800")])


@needs_rows
def test_many_rows_leave_nothing_behind() -> None:
    chance = random.Random(1)
    page = [image(chance.choice(LINKS), "/b", text=chance.choice(TEXTS)) for _ in range(200)]
    by_c(page)
    gc.collect()
    objects, uses = len(gc.get_objects()), sys.getrefcount(page[0].texts[0])

    for _ in range(20):
        by_c(page)

    gc.collect()
    new_objects, new_uses = len(gc.get_objects()), sys.getrefcount(page[0].texts[0])
    assert new_objects < objects + 200
    assert new_uses == uses


def test_a_machine_without_the_c_code_makes_the_same_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    found = rows(numbered(1))

    monkeypatch.setattr(rows_module, "_rows", None)

    assert rows(numbered(1)) == found
    assert [row.url for row in found] == ["http://x.example/1.jpg"]
