"""Spherical k-means: which directions the vectors point in, and who points where."""

import numpy as np
from numpy.typing import NDArray

from crawl2clip.dedup.semantic.arrays import Floats, Ints

# What faiss asks for: fewer points for a cluster, and its centre is mostly chance.
LEAST_POINTS = 39
_BLOCK = 1 << 24  # similarities that are looked at together: 64 MB


def unit(vectors: Floats) -> Floats:
    """The vectors at length 1, float32; those without a direction (zeros, NaN, infinite) as 0."""
    wide = np.nan_to_num(vectors.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    finite = np.isfinite(vectors).all(axis=1, keepdims=True)
    scaled = np.divide(wide, lengths, out=np.zeros_like(wide), where=(lengths > 0) & finite)
    short: Floats = scaled.astype(np.float32)
    return short


def train(points: Floats, k: int, iterations: int, seed: int) -> Floats:
    """Centres of at most k clusters, unit vectors, (K, D).

    points: unit vectors. K is smaller than k where there are fewer than 39 points for each, and at
    least 1. Stops early when no point changes sides. An empty cluster takes half of the largest.
    """
    k = max(1, min(k, len(points) // LEAST_POINTS))
    random = np.random.default_rng(seed)
    centres = points[random.choice(len(points), min(k, len(points)), replace=False)]
    before: Ints | None = None
    for _ in range(iterations):
        sides = nearest(points, centres, 1)[:, 0]
        if before is not None and np.array_equal(sides, before):
            break
        centres, before = _means(points, sides, centres), sides
    return centres


def nearest(points: Floats, centres: Floats, n: int) -> Ints:
    """The n nearest centres of each point by cosine, nearest first, (N, n)."""
    result = np.empty((len(points), n), np.int64)
    more = min(n + 1, len(centres))  # one more than asked for: it may be the true last
    step = max(1, _BLOCK // len(centres))
    for begin in range(0, len(points), step):
        some = points[begin : begin + step]
        similar, rows = some @ centres.T, np.arange(len(some))
        first = np.empty((len(some), more), np.int64)
        for place in range(more):  # faster than sorting or partitioning all
            first[:, place] = similar.argmax(axis=1)
            similar[rows, first[:, place]] = -np.inf
        result[begin : begin + step] = _in_order(some, centres, first)[:, :n]
    return result


def cosines(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Of unit vectors, row by row, in float64.

    A product of matrices differs in its last bits with the rows beside; this does not.
    """
    cosine: NDArray[np.float64] = (a.astype(np.float64) * b).sum(axis=1)
    return cosine


def _in_order(points: Floats, centres: Floats, some: Ints) -> Ints:
    """The centres of each row of `some`, the nearest first, those equally near by number."""
    some = np.sort(some, axis=1)
    rows = np.repeat(points, some.shape[1], axis=0)
    exact = cosines(rows, centres[some.ravel()]).reshape(some.shape)
    return np.take_along_axis(some, np.argsort(-exact, axis=1, kind="stable"), axis=1)


def _means(points: Floats, sides: Ints, centres: Floats) -> Floats:
    counts = np.bincount(sides, minlength=len(centres))
    order = np.argsort(sides, kind="stable")
    filled = np.flatnonzero(counts)
    begins = np.concatenate([[0], np.cumsum(counts[filled])])[:-1]
    means = np.zeros_like(centres)
    means[filled] = np.add.reduceat(points[order], begins, axis=0)
    means = unit(means)
    for empty in np.flatnonzero(counts == 0):
        largest = int(counts.argmax())
        # Two centres a hair's breadth apart share the cluster at the next turn.
        nudge = np.where(np.arange(means.shape[1]) % 2, 1e-3, -1e-3).astype(np.float32)
        means[empty], means[largest] = means[largest] * (1 + nudge), means[largest] * (1 - nudge)
        counts[empty] = counts[largest] // 2
        counts[largest] -= counts[empty]
    return unit(means)
