"""Addresses that links are joined with: C reads no further than they go."""

import pytest

from crawl2clip.extract.html.page_model import Image, Link
from crawl2clip.extract.rows import pair_rows
from crawl2clip.extract.rows.pair_rows import Candidate, Row, rows_by_python


@pytest.mark.skipif(not pair_rows.is_built(), reason="no C compiler")
@pytest.mark.parametrize(
    "base", ["http://", "https://", "http:///", "https:///", "http:/", "http", "", "http://x", None]
)
@pytest.mark.parametrize("href", ["/a.jpg", "a.jpg", "//y.example/a.jpg", "", "?a", "http://"])
def test_a_base_without_a_host_or_a_path_joins_nothing(base: str | None, href: str) -> None:
    images = [Image((Link(href),), "src", (("alt", "a dog"),))]

    made = pair_rows._rows.slices(Row(), images, base, Candidate, *[1 << 20] * 4)

    assert [row for some in made for row in some] == list(
        rows_by_python(Row(), images, base, 1 << 20)
    )
