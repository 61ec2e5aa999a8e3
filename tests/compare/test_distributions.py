import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.compare.distributions import QUANTILES, coverage, distribution


def test_quantiles_are_values_that_occur() -> None:
    # Of ten captions: one of 1 word, six of 2, three of 7. Ranks 1, 3, 5, 8 and 10.
    found = distribution({7: 3, 2: 6, 1: 1, 9: 0})

    assert found is not None
    assert found.quantiles == (1, 2, 2, 7, 7)
    assert found.counts == ((1, 1), (2, 6), (7, 3))
    assert distribution({}) is None


@given(st.lists(st.integers(-5, 5), min_size=1))
def test_quantiles_are_numpy_s(values: list[int]) -> None:
    found = distribution({value: values.count(value) for value in values})

    assert found is not None
    wanted = np.quantile(values, QUANTILES, method="inverted_cdf")
    assert found.quantiles == tuple(wanted)


def test_entries_are_covered() -> None:
    found = coverage(np.array([2, 0, 4, 2, 0]), listed=5)

    assert (found.matched, found.listed, found.matches) == (3, 5, 8)
    assert found.entropy_bits == pytest.approx(1.5)  # 1/2 log 2 + 2 * 1/4 log 4
    assert found.head_share == 0.5


def test_the_head_is_a_hundredth_of_the_matched_entries() -> None:
    found = coverage(np.array([100, 50] + [1] * 198 + [0] * 1000))

    assert found.head_share == 150 / 348


def test_nothing_matched() -> None:
    found = coverage(np.zeros(4, np.int64))

    assert (found.matched, found.matches, found.head_share) == (0, 0, None)
    assert str(found.entropy_bits) == "0.0"
