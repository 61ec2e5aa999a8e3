"""Compute MetaCLIP's keep probabilities and their thresholds in numpy.

Pairs are given as `ids`, the entry ids of all pairs one after the other, and `starts`, (pairs +
1,): pair i has ids[starts[i]:starts[i+1]]. Counts and probabilities are one per entry, (entries,).
"""

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Floats = NDArray[np.float64]
Ids = NDArray[np.integer]


def entry_probs(counts: Counts, t: float | Floats) -> Floats:
    """Return each entry's probability to keep a pair: t / count, at most 1; 1 for a count of 0.

    t: above 0, or one per entry. MetaCLIP (Xu et al. 2023), algorithm 1.
    """
    return np.asarray(t / np.maximum(counts, t), np.float64)


def keep_probs(ids: Ids, starts: NDArray[np.int64], probs: Floats) -> Floats:
    """Return each pair's probability that at least one entry keeps it: 1 - prod(1 - p), (pairs,).

    0 for a pair without entries.
    """
    keep = np.zeros(len(starts) - 1)
    matched = starts[:-1] < starts[1:]
    # reduceat returns the next pair's first id for an empty range, so skip pairs without entries.
    fails = np.multiply.reduceat(1.0 - probs[ids], starts[:-1][matched]) if len(ids) else 0.0
    keep[matched] = 1.0 - fails
    return keep


def keep_from(ids: Ids, starts: NDArray[np.int64], counts: Counts, draws: Floats) -> Floats:
    """Return the t from which each pair is kept: where its keep probability reaches its draw.

    draws: (pairs,), each in [0, 1). Infinity for a pair without entries.

    With m the least count, t = m (1 - e^-s) turns prod(1 - t / n) = 1 - draw into a sum of
    logarithms that is increasing and concave in s and at least s: Newton's iteration from 0
    approaches the root from below and converges in a few steps, however close to 1 the draw is.
    """
    result = np.full(len(starts) - 1, np.inf)
    matched = np.flatnonzero(starts[:-1] < starts[1:])
    if not len(matched):
        return result
    sizes, begins = np.diff(starts)[matched], starts[:-1][matched]
    many = np.maximum(counts[ids], 1).astype(np.float64)
    least = np.minimum.reduceat(many, begins)
    wanted = -np.log1p(-draws[matched])
    s = np.zeros(len(matched))
    for _ in range(40):
        left = least * np.exp(-s)  # m - t, exact where t is near m
        gap = many - np.repeat(least - left, sizes)  # n - t
        risen = np.add.reduceat(np.log(many / gap), begins)
        slope = np.add.reduceat(1.0 / gap, begins) * left
        step = np.maximum((wanted - risen) / slope, 0.0)
        s += step
        if step.max() < 1e-12:
            break
    result[matched] = -least * np.expm1(-s)
    return result


def tail_share(counts: Counts, t: float) -> float:
    """Return the share of all matches held by entries below t; NaN if there are no matches.

    MetaCLIP 2's t_to_p.
    """
    total = counts.sum()
    return float(counts[counts < t].sum() / total) if total else float("nan")


class TailThresholds:
    """The sorted counts of a list, from which thresholds for many tail shares are found."""

    def __init__(self, counts: Counts) -> None:
        self.ordered = np.sort(counts)
        self.sums = np.cumsum(self.ordered)

    def t(self, share: float) -> int:
        """Return the count up to which entries hold about this share of all matches, at least 1.

        MetaCLIP 2's p_to_t, rounded to the nearest existing count. Its code returns 0 if no entry
        is rare enough, and then keeps nothing; 1 keeps a little. The same applies if there are no
        matches.
        """
        if not len(self.sums) or not self.sums[-1]:
            return 1
        nearest = np.argmin(np.abs(self.sums / self.sums[-1] - share))
        return max(1, int(self.ordered[nearest]))
