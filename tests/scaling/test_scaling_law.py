"""The law on points that follow one exactly, and its intervals against scipy's own regression."""

import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from crawl2clip.scaling.scaling_law import Law, Point, frontier

NOISY = [Point(10**x, 10**y) for x, y in [(10, -0.31), (11, -0.38), (12, -0.52), (13, -0.6)]]


def exact(*exponents: float) -> list[Point]:
    """Points on E = 5 C^-0.1."""
    return [Point(10**x, 5 * 10 ** (-0.1 * x)) for x in exponents]


def test_points_on_a_power_law_give_it_back():
    law = Law.fitted(exact(10, 11, 12.5))

    assert (law.alpha, law.beta) == (pytest.approx(-0.1), pytest.approx(5))
    assert law.error(1e12) == pytest.approx(5 * 10**-1.2)


def test_of_each_bin_the_least_error_counts_and_stands_at_the_middle_of_the_bin():
    # log10 C from 10 to 14.9 + 0.1: five bins of 1; the fourth is empty.
    points = [Point(10**x, error) for x, error in [
        (10, 0.9), (10.9, 0.8), (11, 0.7), (11.5, 0.75), (12.2, 0.6), (14.9, 0.3),
    ]]  # fmt: skip

    found = frontier(points)

    assert [math.log10(p.compute) for p in found] == pytest.approx([10.5, 11.5, 12.5, 14.5])
    assert [p.error for p in found] == [0.8, 0.7, 0.6, 0.3]


def test_the_largest_compute_lies_in_the_last_bin_and_not_beyond_it():
    points = [Point(10.0**x, 0.5) for x in range(10, 17)]

    middles = [math.log10(p.compute) for p in frontier(points)]

    assert max(middles) == pytest.approx(16.1 - 6.1 / 10)


def test_no_more_points_than_bins_all_count():
    assert frontier(exact(10, 10.1, 12), bins=5) == exact(10, 10.1, 12)
    assert len(frontier(exact(10, 10.1, 10.2, 11, 12, 13), bins=5)) < 6


@given(st.lists(st.tuples(st.floats(1e8, 1e14), st.floats(0.01, 1)), min_size=6, max_size=40))
def test_the_order_of_the_points_does_not_matter(pairs):
    points = [Point(*pair) for pair in pairs]
    mixed = random.Random(0).sample(points, len(points))

    assert frontier(points) == frontier(mixed)


def test_the_exponents_interval_is_that_of_scipys_regression():
    x, y = np.log10(np.array(NOISY)).T
    by_scipy = stats.linregress(x, y)

    found = Law.fitted(NOISY).exponent(0.9)

    half = stats.t.ppf(0.95, 2) * by_scipy.stderr
    assert found == pytest.approx((by_scipy.slope, by_scipy.slope - half, by_scipy.slope + half))


def test_nine_in_ten_new_points_lie_in_a_prediction_interval_of_ninety_percent():
    normal, inside, rounds = np.random.default_rng(7), 0, 1_000
    x = np.array([10, 10.5, 11, 12, 13])
    for _ in range(rounds):
        y = -0.1 * np.append(x, 14) - 0.2 + normal.normal(0, 0.02, 6)
        law = Law.fitted([Point(10**a, 10**b) for a, b in zip(x, y[:5], strict=True)])
        _, low, high = law.predicted(1e14, 0.9)
        inside += low <= 10 ** y[5] <= high

    assert inside / rounds == pytest.approx(0.9, abs=0.03)


def test_two_points_give_a_law_but_no_interval():
    law = Law.fitted(exact(10, 12))

    assert law.alpha == pytest.approx(-0.1)
    assert math.isnan(law.predicted(1e13).low)


@pytest.mark.parametrize("points", [
    [], exact(10), exact(10, 10), [*exact(10), Point(1e12, 0.0)], [*exact(10), Point(0, 0.5)],
    [*exact(10), Point(1e12, math.nan)], [*exact(10), Point(1e12, 1.2)],
])  # fmt: skip
def test_no_line_goes_through_less_than_two_computes_or_what_has_no_logarithm(points):
    with pytest.raises(ValueError, match=r"two computes|above 0"):
        Law.fitted(points)
