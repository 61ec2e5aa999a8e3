"""Compute how many pairs each t keeps from one histogram."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from crawl2clip.balance.probabilities.keep_probabilities import Counts, Floats

PER_OCTAVE = 1024  # buckets between t and 2 t: each is 0.07 % wide


@dataclass(frozen=True)
class SizeCurve:
    """The number of pairs kept as a function of t: exact at bucket edges, linear between them.

    first: the number of the first bucket. totals: the pairs below each edge, (buckets + 1,).
    """

    first: int
    totals: Floats

    @classmethod
    def of(cls, buckets: Counts, pairs: Counts) -> SizeCurve:
        """Build the curve from a histogram of `bucket`s, in any order."""
        if not len(buckets):
            return cls(0, np.zeros(1))
        first = int(buckets.min())
        histogram = np.bincount(buckets - first, weights=pairs)
        return cls(first, np.concatenate([[0.0], np.cumsum(histogram)]))

    def at(self, t: float) -> float:
        """Return the number of pairs kept at t."""
        place = np.log2(t) * PER_OCTAVE - self.first
        return float(np.interp(place, np.arange(len(self.totals)), self.totals))

    @property
    def total(self) -> int:
        """Return the number of pairs that match any entry."""
        return int(self.totals[-1])


def bucket(keep_from: Floats) -> NDArray[np.int32]:
    """Return the bucket of each t in (0, 2^1000); values below 2^-40 are put into its bucket."""
    places = np.log2(np.maximum(keep_from, 2.0**-40)) * PER_OCTAVE
    return np.asarray(np.floor(places), np.int32)


def round_ts(most: float) -> list[int]:
    """Return 1, 2, 5, 10, 20, ... up to the first that is `most` or more."""
    ts = [digit * 10**i for i in range(int(np.log10(max(most, 1))) + 2) for digit in (1, 2, 5)]
    return ts[: 1 + next(place for place, t in enumerate(ts) if t >= most)]
