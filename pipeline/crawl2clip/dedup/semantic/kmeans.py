"""Cluster unit vectors by spherical k-means."""

import numpy as np
from numpy.typing import NDArray

from crawl2clip.dedup.semantic.embedding_matrix import Floats, Ints, unit

# The minimum that faiss recommends: with fewer points per cluster, centres are mostly chance.
LEAST_POINTS = 39
_BLOCK = 1 << 24  # similarities computed at a time: 64 MB


def train(points: Floats, k: int, iterations: int, seed: int) -> Floats:
    """Learn the centres of at most k clusters; returns unit vectors, (K, D).

    points: unit vectors. K is smaller than k if there are fewer than 39 points per cluster, but at
    least 1. Stops early when no point changes its cluster. An empty cluster takes half of the
    largest.
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
    """Return the n centres nearest to each point by cosine, nearest first, (N, n)."""
    result = np.empty((len(points), n), np.int64)
    more = min(n + 1, len(centres))  # one more than requested: it may be the true last
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
    """Return the cosines of unit vectors, row by row, in float64.

    The last bits of a matrix product depend on the other rows; those of this function do not.
    """
    cosine: NDArray[np.float64] = (a.astype(np.float64) * b).sum(axis=1)
    return cosine


def _in_order(points: Floats, centres: Floats, some: Ints) -> Ints:
    """Sort each row of centre indices by distance, nearest first, ties by index."""
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
