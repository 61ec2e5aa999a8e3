"""The time of a page grows with its size, whatever is on it.

tests/benchmarks/growth.py reads all patterns, and larger ones; here are those that have been slow,
or nearly.
"""

import pytest

from tests.benchmarks.growth import SETTINGS, WAYS, read
from tests.extract.evil_pages import PATTERNS

SMALL, LARGE = 100_000, 400_000  # bytes
# Four times the bytes at an exponent of 1.1 are 4.6 times the seconds; the rest is noise.
MOST_RATIO = 7
# The limits of the guard of the parser allow for about as much, in pages of any size: too little
# to be told from what else the machine does.
FEW_SECONDS = 1.2
PAGES = (
    "nested figure", "a in table cells", "nested div, ends in a value",
    "h1 in div, each with an image", "forty made anew, deep", "adoption, deep",
    "html merges attributes", "flood of NUL", "titles in svg", "images in a table", "options",
    "srcset of parentheses", "src of steps back", "json-ld nested lists", "alt of mojibake",
)  # fmt: skip


def seconds(name: str, way: str, size: int) -> float:
    return read(name, way, SETTINGS["everything"], size).seconds


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", PAGES)
def test_the_time_of_an_evil_page_is_linear_in_its_size(name: str, way: str) -> None:
    large = seconds(name, way, LARGE)
    if large < FEW_SECONDS:
        return
    small = min(seconds(name, way, SMALL) for _ in range(3))
    large = min(large, *(seconds(name, way, LARGE) for _ in range(2)))

    assert large < MOST_RATIO * max(small, FEW_SECONDS / 4)


def test_each_pattern_makes_a_page_of_about_the_size_asked_for() -> None:
    assert len(PATTERNS) >= 150
    for name, made in PATTERNS.items():
        assert len(made(20_000).body) < 100_000, name
