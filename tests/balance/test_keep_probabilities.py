import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.balance.probabilities.keep_probabilities import entry_probs, keep_probs

IDS = st.lists(st.lists(st.integers(0, 4), unique=True, max_size=5), max_size=20)


def test_entries_below_t_let_all_through() -> None:
    assert entry_probs(np.array([0, 10, 20, 40, 2000]), t=20).tolist() == [1, 1, 1, 0.5, 0.01]


def test_one_entry_that_lets_through_is_enough() -> None:
    # Worked out by hand: 1 - (1 - 0.5) * (1 - 0.1) = 0.55; a tail entry makes it certain.
    pairs = [[], [0, 1], [1], [0, 2], []]

    assert _keep(pairs, [0.5, 0.1, 1.0]) == pytest.approx([0, 0.55, 0.1, 1, 0], rel=1e-15)


def test_no_pairs_at_all() -> None:
    assert _keep([], [0.5]) == []
    assert _keep([[], []], [0.5]) == [0, 0]


@given(pairs=IDS, probs=st.lists(st.floats(1e-9, 1), min_size=5, max_size=5))
def test_equals_the_product_of_the_paper(pairs: list[list[int]], probs: list[float]) -> None:
    expected = [1 - math.prod(1 - probs[i] for i in ids) if ids else 0 for ids in pairs]
    kept = _keep(pairs, probs)

    np.testing.assert_allclose(kept, expected, rtol=1e-12, atol=1e-15)
    for ids, chance in zip(pairs, kept, strict=True):
        assert chance >= max([probs[i] for i in ids], default=0) - 1e-12


@given(pairs=IDS, probs=st.lists(st.floats(1e-9, 1), min_size=5, max_size=5))
def test_a_pair_alone_has_the_chance_it_has_among_others(
    pairs: list[list[int]], probs: list[float]
) -> None:
    assert _keep(pairs, probs) == [_keep([ids], probs)[0] for ids in pairs]


def _keep(pairs: list[list[int]], probs: list[float]) -> list[float]:
    ids = np.array([i for pair in pairs for i in pair], np.int32)
    starts = np.cumsum([0, *map(len, pairs)]).astype(np.int64)
    return keep_probs(ids, starts, np.array(probs)).tolist()
