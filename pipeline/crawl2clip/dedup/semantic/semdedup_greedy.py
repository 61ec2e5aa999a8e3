"""Find vectors that repeat an earlier one, among vectors sorted by cluster."""

from typing import Literal

import numpy as np

from crawl2clip.dedup.semantic.embedding_matrix import Bools, Floats, Ints
from crawl2clip.dedup.semantic.kmeans import cosines

Against = Literal["kept", "all"]

_TOGETHER = 512  # vectors compared with the earlier ones in one matrix product
_DOUBT = 2e-6  # an upper bound on the error of a matrix product


class RepeatFinder:
    """Decides for each vector, in order, whether an earlier one of its cluster is that close.

    cosine: the threshold. against: the earlier vectors that count. most: at most so many of the
    latest that count are remembered, so memory, and time per vector, are bounded for a cluster of
    any size.
    """

    def __init__(self, cosine: float, against: Against, most: int) -> None:
        self._cosine, self._all, self._most = cosine, against == "all", most
        self._cluster: int | None = None
        self._met = 0  # of the cluster
        self._earlier: Floats = np.empty((0, 0), np.float32)

    def repeats(self, clusters: Ints, vectors: Floats) -> Bools:
        """Return whether each vector repeats an earlier one.

        Clusters: each vector's cluster, ascending.
        """
        result = np.zeros(len(vectors), bool)
        ends = np.flatnonzero(np.diff(clusters, append=clusters[-1:] - 1)) + 1
        begin = 0
        for end in ends.tolist():
            if clusters[begin] != self._cluster:
                self._cluster, self._met = int(clusters[begin]), 0
            result[begin:end] = self._in_cluster(vectors[begin:end])
            begin = end
        return result

    def _in_cluster(self, vectors: Floats) -> Bools:
        result = np.zeros(len(vectors), bool)
        begin = 0
        while begin < len(vectors):
            # By position in the cluster: how the caller splits it must not decide what is
            # forgotten.
            place = self._met % _TOGETHER
            if place == 0:
                self._earlier = self._earlier[-self._most :] if self._met else vectors[:0]
            end = min(begin + _TOGETHER - place, len(vectors))
            result[begin:end] = self._some(vectors[begin:end])
            self._met += end - begin
            begin = end
        return result

    def _some(self, vectors: Floats) -> Bools:
        near = above(vectors, self._earlier, self._cosine)
        repeats: Bools = np.logical_or.reduce(near, axis=1)
        near = np.tril(above(vectors, vectors, self._cosine), -1)
        # A row affects only those after it, so one pass in order decides all.
        for row in np.flatnonzero(near.any(axis=1)):
            repeats[row] |= (near[row] if self._all else near[row] & ~repeats).any()
        self._earlier = np.concatenate([self._earlier, vectors if self._all else vectors[~repeats]])
        return repeats


def above(a: Floats, b: Floats, cosine: float) -> Bools:
    """Return whether each cosine of a with b exceeds the threshold, (len(a), len(b))."""
    similar: Floats = a @ b.T
    near = similar > cosine
    doubtful = np.argwhere(np.abs(similar - np.float32(cosine)) < _DOUBT)
    for begin in range(0, len(doubtful), _TOGETHER):
        i, j = doubtful[begin : begin + _TOGETHER].T
        near[i, j] = cosines(a[i], b[j]) > cosine
    return near
