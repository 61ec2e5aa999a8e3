"""The time of a page grows with its size, whatever is on it."""

import time

import pytest

from pipeline.extract import scanner
from tests.benchmarks.growth import SETTINGS, WAYS, read
from tests.extract.evil_pages import PATTERNS

SMALL, LARGE = 100_000, 400_000  # bytes
# Four times the bytes at an exponent of 1.1 are 4.6 times the seconds; the rest is noise.
MOST_RATIO = 7
# 8 MB take less than ten seconds, even if the time grows with the square.
FEW_SECONDS = 0.025
MOST_SECONDS = 1.0


def seconds(name: str, way: str, size: int) -> float:
    return read(name, way, SETTINGS["everything"], size).seconds


def patterns() -> list[tuple[str, str]]:
    """All in the parser's way, which grows in more ways; a part of them in the scanner's."""
    return [
        (name, way)
        for number, name in enumerate(PATTERNS)
        for way in WAYS
        if way == "parser" or (number % 3 == 0 and scanner.is_built())
    ]


@pytest.mark.parametrize(("name", "way"), patterns())
def test_the_time_of_an_evil_page_is_linear_in_its_size(name: str, way: str) -> None:
    large = seconds(name, way, LARGE)
    if large < FEW_SECONDS:
        return
    small = min(seconds(name, way, SMALL) for _ in range(2))
    if large > MOST_RATIO * small:  # the machine may have been busy
        large = min(large, *(seconds(name, way, LARGE) for _ in range(2)))
        small = min(small, *(seconds(name, way, SMALL) for _ in range(2)))

    assert large < MOST_RATIO * max(small, FEW_SECONDS / 4)
    assert large < MOST_SECONDS


def test_there_are_patterns_enough() -> None:
    started = time.process_time()

    assert len(PATTERNS) >= 150
    assert all(len(made(1000).body) for made in PATTERNS.values())
    assert time.process_time() - started < 5
