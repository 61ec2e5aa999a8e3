"""The list of active formatting elements, and what ends them within blocks (13.2.4.3, 13.2.6.4.7).

The scanner finds what the parser finds, or bails out; the list never loses its place.
"""

import random

import pytest

from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html import scanner
from tests.extract.test_scanner import DEFAULT, EVERYTHING, differing, needs_scanner
from tests.fuzz.pages import agency

pytestmark = needs_scanner


def links(html: str) -> list[str]:
    """Which link each image is in: `1 in x` for one in <a href=x>, `1` for one in none."""
    found = scanner.scanned(html.encode(), frozenset({"a", "img"}))
    assert not isinstance(found, str), found
    assert found == list(parser.events(html.encode(), frozenset({"a", "img"})))
    open_links: list[str] = []
    images = []
    for name, given, _ in found:
        if name == "a":
            open_links.append(given["href"])
        elif name == "/a":
            open_links.pop()
        else:
            images.append(" in ".join([given["src"], *open_links[-1:]]))
    return images


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        # a link that is not ended goes on behind the end of what it stands in
        ("<b><a href=x></b><img src=1>", ["1 in x"]),
        ("<p><a href=x></p><img src=1></a><img src=2>", ["1 in x", "2"]),
        ("<p><a href=x><i></p><p></i><img src=1>", ["1 in x"]),
        # a link ends the one before it, wherever that is
        ("<a href=x><img src=1><a href=y><img src=2></a><img src=3>", ["1 in x", "2 in y", "3"]),
        ("<a href=x><b><a href=y></b><img src=1>", ["1 in y"]),
        ("<p><a href=x></p><a href=y><img src=1>", ["1 in y"]),
        # so does a nobr, and takes what is in it along
        ("<nobr><a href=x><nobr><img src=1>", ["1 in x"]),
        ("<nobr><a href=x></nobr><nobr></a><img src=1>", ["1"]),
        # markers: what starts in a cell, a template, an object or a caption stays in it
        ("<table><td><a href=x></table><img src=1>", ["1"]),
        ("<table><td><a href=x><td><img src=1></table>", ["1"]),
        ("<table><caption><a href=x></caption><td><img src=1></table>", ["1"]),
        ("<template><a href=x></template><img src=1>", ["1"]),
        ("<object><a href=x></object><img src=1>", ["1"]),
        ("<b><a href=x></b><table><td><img src=1></td></table><img src=2>", ["1", "2 in x"]),
        ("<a href=x><table><td></a><img src=1></table>", ["1 in x"]),
        ("<a href=x><object></a><img src=1></object></a><img src=2>", ["1 in x", "2"]),
        # three equal ones are kept
        ("<p><b><b><b></p><a href=x><img src=1></b></b></b><img src=2>", ["1 in x", "2 in x"]),
    ],
)
def test_formatting_elements_go_on_until_they_end(html: str, expected: list[str]) -> None:
    assert links(html) == expected


# `i` leaves the block, and stands behind `u` in the list from then on. When it leaves the second
# block, `u` is the fourth element between them: it goes from the list, and `i` is one place lower.
@pytest.mark.parametrize(
    "between", ["<x-y><x-y><x-y>", "<span><rtc><label>", "<x-y><s></s><x-y><x-y>"]
)
@pytest.mark.parametrize(
    "after", ["", "</i></u></b>", "<table><td></i>", "</i>" * 9, "<a><a><nobr>"]
)
def test_an_older_entry_that_is_removed_is_the_parsers(between: str, after: str) -> None:
    html = f"<i><b><div><u>{between}<div></i>{after}<img src=a alt=b>".encode()

    assert scanner.scanned(html) == "a formatting element that is older than one around it"
    assert list(scanner.events(html)) == list(parser.events(html))


@pytest.mark.parametrize("end", ["i", "b", "u", "a", "nobr", "code"])
@pytest.mark.parametrize("many", [1, 2, 3, 4, 5, 8, 9, 99, 100, 101])
def test_more_entries_than_are_made_anew_leave_the_list(end: str, many: int) -> None:
    kinds = ("b", "code", "em", "font", "s", "small", "tt", "u", "strong")
    middle = "".join(f"<{kinds[n % len(kinds)]}>" for n in range(many))
    for block in ("<div>", "<div><div>", "<li><p>", "<x-y><div><i>"):
        html = f"<{end}><i>{middle}{block}</{end}></i><img src=a alt=b></{end}>{block}</{end}>"
        html += "<img src=c alt=d>"
        assert not differing(html.encode(), DEFAULT)
        assert not differing(html.encode(), EVERYTHING)


def test_four_of_a_kind_may_be_equal_and_are_the_parsers() -> None:
    html = b"<b><b><b><b></b></b></b><p>x</b><img src=a>"

    assert scanner.scanned(html) == "four formatting elements of a kind"


def test_finds_what_the_parser_finds_among_formatting_elements_and_blocks() -> None:
    pages = [agency(random.Random(seed)) + b"<img src=z alt=z>" for seed in range(1_000)]

    assert [page for page in pages if differing(page, (DEFAULT, EVERYTHING)[len(page) % 2])] == []
    bailed_out = sum(isinstance(scanner.scanned(page, frozenset({"img"})), str) for page in pages)
    assert bailed_out < len(pages) / 2
