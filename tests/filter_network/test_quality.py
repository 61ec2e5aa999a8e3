"""Worked out by hand, and against counting all comparisons."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.filter_network.evaluation import Evaluator
from crawl2clip.filter_network.quality import area, auc, plant_mismatches, share_left

SCORES = st.lists(st.integers(-5, 5), min_size=1, max_size=20)


def test_auc_counts_how_often_a_true_pair_is_above_a_mismatched_one() -> None:
    # True: 3 and 1. Mismatched: 2 and 1. Above: 3 > 2, 3 > 1; 1 = 1 counts half; 1 < 2.
    assert auc(np.array([[3, 2], [1, 1]])) == 2.5 / 4


def test_pairs_of_equal_captions_are_not_mismatched() -> None:
    similarities = np.array([[1, 9, 0], [9, 1, 0], [0, 0, 1]])
    same = np.array([[1, 1, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)

    assert auc(similarities) < 1
    assert auc(similarities, same) == 1


@given(SCORES, SCORES)
def test_area_is_that_of_all_comparisons_and_of_its_mirror(
    true: list[int], wrong: list[int]
) -> None:
    won = [(t > w) + (t == w) / 2 for t in true for w in wrong]

    assert area(np.array(true), np.array(wrong)) == pytest.approx(np.mean(won))
    mirrored = area(-np.array(true), -np.array(wrong))
    assert area(np.array(true), np.array(wrong)) == pytest.approx(1 - mirrored)


def test_area_wants_both_kinds() -> None:
    with pytest.raises(ValueError, match="one true and one mismatched"):
        area(np.array([1.0]), np.array([]))


@pytest.mark.parametrize(
    ("fraction", "left"),
    [(0.25, 0), (0.5, 1 / 2), (1, 1 / 2), (0.01, 0), (0.75, 1 / 2)],
)
def test_share_left_is_of_the_best_and_of_those_that_tie_with_the_last(
    fraction: float, left: float
) -> None:
    scores = np.array([4, 3, 2, 2])
    wrong = np.array([False, True, False, True])

    assert share_left(scores, wrong, fraction) == left


@given(st.integers(2, 40), st.floats(0, 0.99), st.integers(0, 5))
def test_planted_gives_that_share_the_caption_of_another(n: int, share: float, seed: int) -> None:
    similarities = np.arange(n * n).reshape(n, n)

    scores, wrong = plant_mismatches(similarities, share, seed)

    texts = scores % n
    count = round(share * n)
    assert wrong.sum() == (count if count > 1 else 0)
    assert sorted(texts) == list(range(n)), "every caption is there still"
    assert ((texts == np.arange(n)) == ~wrong).all()


@pytest.mark.parametrize("most", [1, 20_001])
def test_pairs_to_judge_are_more_than_one_and_no_more_than_memory_holds(most: int) -> None:
    with pytest.raises(ValueError, match=f"2 to 20,000, not {most:,}"):
        Evaluator(most=most).check()
