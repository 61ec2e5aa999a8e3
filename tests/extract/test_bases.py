"""Addresses that links are joined with: C reads no further than they go."""

import pytest

from pipeline.extract import rows
from pipeline.extract.offers import Image, Link
from pipeline.extract.rows import Candidate, Row, rows_by_python


@pytest.mark.skipif(not rows.is_built(), reason="no C compiler")
@pytest.mark.parametrize(
    "base", ["http://", "https://", "http:///", "https:///", "http:/", "http", "", "http://x", None]
)
@pytest.mark.parametrize("href", ["/a.jpg", "a.jpg", "//y.example/a.jpg", "", "?a", "http://"])
def test_a_base_without_a_host_or_a_path_joins_nothing(base: str | None, href: str) -> None:
    images = [Image((Link(href),), "src", (("alt", "a dog"),))]

    assert rows._rows.rows(Row(), images, base, Candidate) == list(
        rows_by_python(Row(), images, base)
    )
