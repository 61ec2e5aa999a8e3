"""Which hashes of 256 bits are near: beside each other in order, or any against a list."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.dedup.arrays import Bools, Ints, Words
from pipeline.dedup.pdq import BYTES

_BANDS = 16  # of 16 bits each
# Of 31 bits that differ, one band of 16 has no more than one.
MOST_BITS = 2 * _BANDS - 1
_PROBES = np.array([0, *(1 << bit for bit in range(16))], np.uint16)


def words(hashes: pa.Array) -> Words:
    """The hashes as four words each, (N, 4). Raises ValueError for one that has not 32 bytes."""
    if hashes.null_count or not (lengths := pc.binary_length(hashes)).equals(
        pa.array([BYTES] * len(hashes), lengths.type)
    ):
        raise ValueError(f"a phash has {BYTES} bytes; perceptual_hash adds such")
    start = hashes.offset
    if len(hashes) == 0:
        return np.empty((0, 4), np.uint64)
    first = np.frombuffer(hashes.buffers()[1], np.int32, 1, offset=4 * start)[0]
    data = np.frombuffer(hashes.buffers()[2], np.uint8, BYTES * len(hashes), offset=int(first))
    return data.view(np.uint64).reshape(-1, 4)


def distances(a: Words, b: Words) -> Ints:
    """Bits in which they differ, row by row."""
    bits: Ints = np.bitwise_count(a ^ b).sum(axis=-1, dtype=np.int64)
    return bits


class HammingIndex:
    """Finds whether a hash is within a distance of any in a list, exactly.

    Multi-index hashing (Norouzi et al. 2012): two hashes no more than 31 bits apart differ in at
    most one bit in one of 16 bands, so 17 look-ups for each band find every candidate.
    """

    def __init__(self, known: Words) -> None:
        self._known = known
        keys = known.view(np.uint16).reshape(-1, _BANDS)
        self._order = np.argsort(keys, axis=0, kind="stable").T.astype(np.int32)
        # Where the hashes of each key begin in that order: (16, 65,537).
        counts = np.stack([np.bincount(keys[:, band], minlength=1 << 16) for band in range(_BANDS)])
        self._begins = np.zeros((_BANDS, (1 << 16) + 1), np.int32)
        np.cumsum(counts, axis=1, out=self._begins[:, 1:])

    def any_within(self, asked: Words, distance: int) -> Bools:
        """For each hash asked for, whether a known one is at most `distance` bits away.

        Raises ValueError for more than 31, which this index can't promise.
        """
        if distance > MOST_BITS:
            raise ValueError(f"max_distance is {distance}; {MOST_BITS} is the most")
        found = np.zeros(len(asked), bool)
        for band in range(_BANDS):
            for probe in _PROBES:
                left = np.flatnonzero(~found)
                for some, known in self._candidates(asked[left], band, probe):
                    near = distances(asked[left[some]], self._known[known]) <= distance
                    found[left[some[near]]] = True
        return found

    def _candidates(self, asked: Words, band: int, probe: np.uint16) -> Iterator[tuple[Ints, Ints]]:
        """Rows of `asked` with a known row each, where the band, after the probe, is the same."""
        keys = asked.view(np.uint16).reshape(-1, _BANDS)[:, band] ^ probe
        begins, ends = self._begins[band][keys], self._begins[band][keys.astype(np.int64) + 1]
        while len(rows := np.flatnonzero(begins < ends)):  # one known hash of each key at a time
            yield rows, self._order[band][begins[rows]]
            begins = begins + 1
