from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.filter.frequency.nth_largest import (
    Histogram,
    exact_count,
    keys,
    nth_largest,
    value_of,
)

DOUBLES = st.floats(allow_nan=False)
FLOATS = st.floats(allow_nan=False, width=32)


def histogram_of(values: np.ndarray, asked: list[int]) -> Histogram:
    """Counted by plain Python; notes how many rows each histogram was made of."""

    def counts(shift, within):
        of = [int(k) for k in values if within is None or int(k) >> within[1] == within[0]]
        asked.append(len(of))
        found = Counter(k >> shift for k in of)
        return np.array(list(found), np.int64), np.array(list(found.values()), np.int64)

    return counts


@given(st.lists(DOUBLES, min_size=1), st.data())
def test_the_nth_largest_is_what_sorting_gives(values: list[float], data: st.DataObject) -> None:
    rank = data.draw(st.integers(0, len(values) - 1))
    ordered = sorted(values, reverse=True)

    place = nth_largest(histogram_of(keys(np.array(values)), []), 64, lambda n: rank)

    assert place is not None
    assert value_of(place.key, 64) == ordered[rank]
    assert place.above == sum(v > ordered[rank] for v in values)
    assert place.equal == sum(v == ordered[rank] for v in values)


@given(st.lists(FLOATS, min_size=2, max_size=2))
def test_keys_are_in_the_order_of_the_values(pair: list[float]) -> None:
    left, right = keys(np.array(pair, np.float32))

    assert (left < right) == (pair[0] < pair[1])
    assert (left == right) == (pair[0] == pair[1]), "and 0.0 is -0.0"
    assert value_of(int(left), 32) == pair[0]


def test_many_rows_are_counted_again_and_few_at_once() -> None:
    asked: list[int] = []
    crowd = np.linspace(0.25, 0.25001, 70_000)

    place = nth_largest(histogram_of(keys(crowd), asked), 64, lambda n: 69_999)

    assert place is not None
    assert value_of(place.key, 64) == 0.25
    assert asked[:2] == [70_000, 70_000]
    assert len(asked) < 4


def test_nothing_has_no_rank() -> None:
    assert nth_largest(histogram_of(np.array([], np.int64), []), 32, lambda n: 0) is None


@pytest.mark.parametrize(
    ("n", "fraction", "count"),
    [(100, 0.15, 15), (100, 0.07, 7), (7, 0.15, 2), (1, 0.001, 1), (10, 1.0, 10), (0, 0.5, 0)],
)
def test_a_share_is_rounded_up_as_it_is_written(n: int, fraction: float, count: int) -> None:
    assert exact_count(n, fraction) == count
