"""Find vectors close to any of a list, by comparing all of them or those that share a bucket."""

from itertools import combinations
from math import comb

import numpy as np

from crawl2clip.dedup.semantic.embedding_matrix import Bools, Floats, Ints
from crawl2clip.dedup.semantic.kmeans import nearest
from crawl2clip.dedup.semantic.semdedup_greedy import above

CLUSTERS, NEAREST, SUBSET = 4096, 10, 3  # ALIGN, appendix A: 120 buckets for each image
_BLOCK = 1 << 22  # cosines, or candidates, computed at a time


def bucket_keys(near: Ints, k: int) -> Ints:
    """Return the buckets of each row, one for each three of its clusters: (N, 120) for 10 clusters.

    near: the indices of each row's nearest clusters, below k, in any order. Fewer than three
    clusters make one bucket.
    """
    ordered = np.sort(near, axis=1)
    size = min(SUBSET, ordered.shape[1])
    some = np.array(list(combinations(range(ordered.shape[1]), size)))
    keys = np.zeros((len(ordered), comb(ordered.shape[1], size)), np.int64)
    for place in range(size):
        keys = keys * k + ordered[:, some[:, place]]
    return keys


def near_any(asked: Floats, known: Floats, cosine: float) -> Bools:
    """Return whether the cosine of each vector with any of `known` exceeds the threshold."""
    found = np.zeros(len(asked), bool)
    step = max(1, _BLOCK // max(1, len(known)))
    for begin in range(0, len(asked), step):
        found[begin : begin + step] = above(asked[begin : begin + step], known, cosine).any(axis=1)
    return found


class BucketIndex:
    """Finds whether a vector is close to any in a list that shares a bucket with it.

    ALIGN (Jia et al. 2021, appendix A): an image belongs to its 10 nearest of 4,096 clusters, every
    3 of these form a bucket, and images that share a bucket are compared.
    """

    def __init__(self, known: Floats, centres: Floats) -> None:
        self._known, self._centres = known, centres
        keys = self._keys(known)
        order = np.argsort(keys, axis=None, kind="stable")
        self._sorted, self._rows = keys.ravel()[order], order // keys.shape[1]

    def near_any(self, asked: Floats, cosine: float) -> Bools:
        """Return whether each vector has a cosine above the threshold with any in its buckets."""
        keys = self._keys(asked)
        begins = np.searchsorted(self._sorted, keys, side="left")
        counts = np.searchsorted(self._sorted, keys, side="right") - begins
        found = np.zeros(len(asked), bool)
        for row in np.flatnonzero(counts.any(axis=1)):
            spans = zip(begins[row], begins[row] + counts[row], strict=True)
            some = np.unique(np.concatenate([self._rows[begin:end] for begin, end in spans]))
            found[row] = near_any(asked[row : row + 1], self._known[some], cosine)[0]
        return found

    def _keys(self, points: Floats) -> Ints:
        k = len(self._centres)
        return bucket_keys(nearest(points, self._centres, min(NEAREST, k)), k)
