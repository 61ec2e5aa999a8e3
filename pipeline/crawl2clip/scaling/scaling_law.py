"""Fit E = beta * C^alpha: the error of a model as a function of its training compute.

Cherti et al. 2023, Reproducible scaling laws for contrastive language-image learning, section 3.
Compute C is GMACs per sample times samples seen, error E is 1 - accuracy or 1 - recall.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

BINS = 5
# Added to the largest log10 C, so that it falls into the last bin and not on its edge.
PAD = 0.1


class Point(NamedTuple):
    """A trained model: compute in GMACs, and error, both above 0."""

    compute: float
    error: float


class Estimate(NamedTuple):
    """A value and its confidence interval."""

    value: float
    low: float
    high: float


def frontier(points: Iterable[Point], bins: int = BINS) -> list[Point]:
    """Return the points a law is fitted to: the least error of each bin, at the middle of the bin.

    The paper says that it fits the Pareto frontier. What it really fits (footnote 5, its notebook)
    is this: the range of log10 C, with 0.1 added at its end, is divided into equal bins; empty ones
    are left out. If there are no more points than bins, all of them are used, as with the paper's
    three of CLIP.
    """
    given = list(points)
    if len(given) <= bins:
        return given
    compute = np.log10([point.compute for point in given])
    edges = np.linspace(compute.min(), compute.max() + PAD, bins + 1)
    number = np.searchsorted(edges, compute, side="right") - 1
    middles = 10 ** ((edges[:-1] + edges[1:]) / 2)
    return [
        Point(float(middles[i]), min(p.error for p, n in zip(given, number, strict=True) if n == i))
        for i in sorted(set(number.tolist()))
    ]


@dataclass(frozen=True)
class Law:
    """E = beta * C^alpha, by least squares on log10 of both.

    alpha_error, residual: standard errors of the slope and of a point about the line, in log10; NaN
    for two points, which leave no degrees of freedom.
    """

    alpha: float
    beta: float
    points: tuple[Point, ...]
    alpha_error: float
    residual: float

    @classmethod
    def fitted(cls, points: Sequence[Point]) -> Law:
        """Fit a law.

        Raises ValueError without two different computes, or if a point has no logarithm.
        """
        check_points(points)
        x, y = np.log10(np.array(points)).T
        spread = float(((x - x.mean()) ** 2).sum())
        alpha = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
        start = float(y.mean() - alpha * x.mean())
        free = len(x) - 2
        left = float(((y - start - alpha * x) ** 2).sum())
        residual = math.sqrt(left / free) if free else math.nan
        return cls(alpha, 10**start, tuple(points), residual / math.sqrt(spread), residual)

    def error(self, compute: float) -> float:
        """Return the expected error of a model of that many GMACs."""
        return float(self.beta * compute**self.alpha)

    def exponent(self, confidence: float = 0.95) -> Estimate:
        """Return alpha with its confidence interval."""
        half = self._quantile(confidence) * self.alpha_error
        return Estimate(self.alpha, self.alpha - half, self.alpha + half)

    def predicted(self, compute: float, confidence: float = 0.95) -> Estimate:
        """Return the error of one more model; the interval is that of a new point, not of the line.

        A new point here means the best model of its bin, as such are the points of the fit.
        """
        x = np.log10([point.compute for point in self.points])
        away = (math.log10(compute) - float(x.mean())) ** 2 / float(((x - x.mean()) ** 2).sum())
        width = self.residual * math.sqrt(1 + 1 / len(x) + away)
        factor = 10 ** (self._quantile(confidence) * width)
        expected = self.error(compute)
        return Estimate(expected, expected / factor, expected * factor)

    def _quantile(self, confidence: float) -> float:
        """Return the two-sided quantile of Student's t."""
        from scipy.stats import t  # type: ignore[import-untyped]

        return float(t.ppf((1 + confidence) / 2, len(self.points) - 2))


def check_points(points: Sequence[Point]) -> None:
    """Raise ValueError, saying why, if no line can be fitted to the points."""
    for point in points:
        if not (math.isfinite(point.compute) and point.compute > 0 and 0 < point.error <= 1):
            raise ValueError(f"{point}: compute must be above 0 and error above 0, 1 at most")
    computes = {point.compute for point in points}
    if len(computes) < 2:
        raise ValueError(f"a law needs models of two computes at least, not {len(computes)}")
