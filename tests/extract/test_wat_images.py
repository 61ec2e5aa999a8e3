"""Images of WAT records by the scanner against the Python that says what holds."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.extract.html import scanner
from crawl2clip.extract.html.img_links import is_placeholder
from crawl2clip.extract.html.page_model import Image, Link, collapsed, context
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.wat.wat_fast_path import _images, _images_by_scanner
from crawl2clip.extract.wat.wat_json import decoded
from crawl2clip.extract.wat.wat_schema import Anchor, Img

pytestmark = pytest.mark.skipif(not scanner.is_built(), reason="no C compiler, no scanner")

TEXTS = st.none() | st.text("a \t\n\x0b\x1c\x85\xa0\u2003\x01\x7fé日😀&;#9", max_size=9)
WORDS = (  # those of links.py, and others  # noqa: SIM905
    "blank spacer placeholder lazyload loading loader pixel transparent trans clear empty dummy"
    " lazy gray grey white 1px 1x1 px b s t x photo a 1 LOADING Pixel notblank blanks"
).split()
BEFORE, BEHIND = ("", "/a/", "a_", "b-", "X"), ("", "1", "-1x1", "_22", ".x2", "x3", "1-1")
ENDINGS = (".gif", ".png", ".svg", ".jpg", ".PNG", ".gif?x=/b.png", ".webp#.gif", "")
NAMES = st.builds("{}{}{}{}".format, *map(st.sampled_from, (BEFORE, WORDS, BEHIND, ENDINGS)))
URLS = NAMES | st.sampled_from([None, "", " /a", "data:x", "About:blank", "ü.png", "a&amp;b"])
IMGS = st.builds(Img, url=URLS, alt=TEXTS, title=TEXTS)


@given(st.lists(IMGS | st.just(Anchor(url="/a.jpg")), max_size=5), st.booleans(), st.booleans())
def test_both_find_the_same(links: list[object], is_decoded: bool, with_title: bool) -> None:
    settings = Settings(texts=("alt", "title") if with_title else ("alt",))
    by_c: dict[str, int] = {}
    by_python: dict[str, int] = {}
    decode = None if is_decoded else decoded

    found = _images_by_scanner(links, decode, settings, by_c)

    assert found == _images(links, decode or str, settings, by_python)
    assert by_c == by_python


def test_a_file_is_taken_for_a_placeholder_by_both_or_neither() -> None:
    finish = scanner.Finish(frozenset({"alt"}), frozenset({"src"}), 9)
    for parts in product(BEFORE, WORDS, BEHIND, ENDINGS):
        name = "".join(parts)

        [found] = scanner.scanned(f"<img alt=x src='{name}'>".encode(), frozenset({"img"}), finish)

        expected = ("images", [Image((Link(name),), "src", (("alt", "x"),))], None)
        assert (found == expected) is not is_placeholder(name, False), name


@given(st.text(" \t\n\x0b\x85\xa0\u2003\x01\x7fé日b", max_size=9) | st.just("x " * 600))
def test_headings_are_collapsed_alike(text: str) -> None:
    html = f"<body><h1>b{text}</h1><img alt=x src=a.jpg>".encode()
    finish = scanner.Finish(frozenset({"alt"}), frozenset({"src"}), 9)

    [(_, images, _)] = scanner.scanned(html, frozenset({"img", "h"}), finish)

    assert images[0].heading == context(f"b{text}")  # type: ignore[index, union-attr]
    assert collapsed(f"b{text}").startswith("b")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        (b"<img", True),
        (b"<a><IMG ", True),
        (b"<<iMaGe>", True),
        (b"<im", False),
        (b"<imag>", False),
        (b"img <i mg><i>", False),
        (b"", False),
        (b"<", False),
    ],
)
def test_an_image_is_looked_for_alike(
    html: bytes, expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert scanner.has_image(html) is expected
    monkeypatch.setattr(scanner, "_scanner", None)
    assert scanner.has_image(html) is expected
