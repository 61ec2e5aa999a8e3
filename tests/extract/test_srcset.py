"""`srcset`, by the rules of the HTML standard."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.extract.html.page_model import Link
from crawl2clip.extract.html.srcset import MOST_LINKS, links_in


@pytest.mark.parametrize(
    ("srcset", "expected"),
    [
        ("", []),
        (" ,, ", []),
        ("a.jpg", [Link("a.jpg")]),
        ("a.jpg 1x, b.jpg 2x", [Link("a.jpg", None, 1.0), Link("b.jpg", None, 2.0)]),
        ("a.jpg 300w,b.jpg 600w", [Link("a.jpg", 300), Link("b.jpg", 600)]),
        ("\n\ta.jpg\n1.5x\f,\r\nb.jpg ", [Link("a.jpg", None, 1.5), Link("b.jpg")]),
        # a comma belongs to the link unless it ends it
        ("/w_300,h_200/a.jpg 300w", [Link("/w_300,h_200/a.jpg", 300)]),
        ("a.jpg, b.jpg", [Link("a.jpg"), Link("b.jpg")]),
        ("a.jpg,b.jpg 2x", [Link("a.jpg,b.jpg", None, 2.0)]),
        ("a.jpg,,, b.jpg", [Link("a.jpg"), Link("b.jpg")]),
        ("data:image/png;base64,AA== 1x, b.jpg 2x",
         [Link("data:image/png;base64,AA==", None, 1.0), Link("b.jpg", None, 2.0)]),
        # a height goes with a width only
        ("a.jpg 300w 200h", [Link("a.jpg", 300)]),
        ("a.jpg 200h", []),
        ("a.jpg 2x 200h", []),
        # errors cost the link they stand with, and no other
        ("a.jpg 0w, b.jpg 1w", [Link("b.jpg", 1)]),
        ("a.jpg -1w, b.jpg -1x, c.jpg 0x", [Link("c.jpg", None, 0.0)]),
        ("a.jpg 300w 400w, b.jpg 1x 2x, c.jpg 300w 1x, d.jpg", [Link("d.jpg")]),
        ("a.jpg 300, b.jpg w, c.jpg x, d.jpg 1.5w, e.jpg 300px, f.jpg 1X, g.jpg +1x", []),
        ("a.jpg .5x, b.jpg 1.x, c.jpg 1e1x, d.jpg 1e999x",
         [Link("a.jpg", None, 0.5), Link("c.jpg", None, 10.0)]),
        ("a.jpg ١w, b.jpg 99999999999w, c.jpg 2147483647w", [Link("c.jpg", 2147483647)]),
        # what is in parentheses may come to mean something
        ("a.jpg (1x, 2x) 3x, b.jpg 2x", [Link("b.jpg", None, 2.0)]),
        ("a.jpg 1x (open, b.jpg 2x", []),
    ],
)  # fmt: skip
def test_reads_as_the_standard_says(srcset: str, expected: list[Link]) -> None:
    assert links_in(srcset) == expected


@given(st.text(alphabet="ab.,()/ \t12wxhe-+", max_size=60) | st.text(max_size=40))
def test_anything_can_be_read(srcset: str) -> None:
    for link in links_in(srcset):
        assert link.href
        assert not set(link.href) & set(" \t\n\f\r")
        assert link.width is None or 0 < link.width < 2**31
        assert link.density is None or 0 <= link.density < float("inf")


def test_a_list_without_end_is_cut() -> None:
    assert len(links_in("a.jpg 1w, " * 100_000)) == MOST_LINKS
    assert links_in(", " * 100_000 + "(" * 100_000) == [Link("(" * 100_000)]


def test_a_list_of_wrong_links_without_end_is_cut() -> None:
    assert links_in("a.jpg 0w, " * 999 + "b.jpg 1w") == [Link("b.jpg", 1)]
    assert links_in("a.jpg 0w, " * 1_000 + "b.jpg 1w") == []
