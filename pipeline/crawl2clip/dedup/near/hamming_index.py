"""Compare perceptual hashes, row by row or against a list."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crawl2clip.dedup.near.pdq import BITS_BYTES, BYTES

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]
Words = NDArray[np.uint64]

_BANDS = 16  # of 16 bits each
# Of 31 bits that differ, one band of 16 has no more than one.
MOST_BITS = 2 * _BANDS - 1
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # as JPEG has it
_GREY = 3.0  # levels by which the three may differ
_PROBES = np.array([0, *(1 << bit for bit in range(16))], np.uint16)


def words(hashes: pa.Array) -> Words:
    """Return the hashes as 64-bit words: (N, 10), or (N, 4) if they are PDQ's bits alone.

    Raises ValueError for a hash of another size, or of a size unlike the others'.
    """
    sizes = pc.unique(pc.binary_length(hashes)).to_pylist()
    if not sizes:
        return np.empty((0, BYTES // 8), np.uint64)
    if len(sizes) > 1 or sizes[0] not in (BITS_BYTES, BYTES):
        raise ValueError(
            f"a phash has {BYTES} bytes, as perceptual_hash adds it, or PDQ's {BITS_BYTES} alone"
        )
    first = np.frombuffer(hashes.buffers()[1], np.int32, 1, offset=4 * hashes.offset)[0]
    data = np.frombuffer(hashes.buffers()[2], np.uint8, sizes[0] * len(hashes), offset=int(first))
    return data.view(np.uint64).reshape(len(hashes), -1)


def distances(a: Words, b: Words) -> Ints:
    """Return the Hamming distances of PDQ's bits, row by row."""
    bits: Ints = np.bitwise_count(a[..., :4] ^ b[..., :4]).sum(axis=-1, dtype=np.int64)
    return bits


def near(a: Words, b: Words, distance: int, colour: float) -> Bools:
    """Return, row by row, whether bits and, if both have them, colours are within a distance.

    distance: in bits. colour: root mean square over the mosaic, in levels of 255.
    """
    alike: Bools = distances(a, b) <= distance
    if a.shape[1] == b.shape[1] == BYTES // 8:
        first, second = _colours(a), _colours(b)
        grey = _is_grey(first) | _is_grey(second)
        first[grey], second[grey] = _greyed(first[grey]), _greyed(second[grey])
        alike &= np.square(first - second).mean(axis=(1, 2)) <= colour**2
    return alike


def _colours(hashes: Words) -> Floats:
    """Return the mosaics as an array (N, 16, 3)."""
    mosaic = np.ascontiguousarray(hashes[:, 4:]).view(np.uint8)
    return mosaic.reshape(len(hashes), -1, 3).astype(np.float32)


def _is_grey(colours: Floats) -> Bools:
    """Return whether each mosaic is grey: a copy without colours is compared in grey."""
    grey: Bools = np.ptp(colours, axis=2).max(axis=1, initial=0) <= _GREY
    return grey


def _greyed(colours: Floats) -> Floats:
    luma: Floats = colours @ _LUMA
    return np.repeat(luma[:, :, None], 3, axis=2)


class HammingIndex:
    """Finds exactly whether a hash is within a given distance of any hash in a list.

    Multi-index hashing (Norouzi et al. 2012): two hashes at most 31 bits apart differ in at most
    one bit in one of 16 bands, so 17 look-ups for each band find every candidate.
    """

    def __init__(self, known: Words) -> None:
        self._known = known
        keys = _bands(known)
        self._order = np.argsort(keys, axis=0, kind="stable").T.astype(np.int32)
        # Where the hashes of each key begin in that order: (16, 65,537).
        counts = np.stack([np.bincount(keys[:, band], minlength=1 << 16) for band in range(_BANDS)])
        self._begins = np.zeros((_BANDS, (1 << 16) + 1), np.int32)
        np.cumsum(counts, axis=1, out=self._begins[:, 1:])

    def any_within(self, asked: Words, distance: int, colour: float = np.inf) -> Bools:
        """Return for each query hash whether a known one is `near`.

        Raises ValueError for a distance above 31, which this index can't guarantee.
        """
        if distance > MOST_BITS:
            raise ValueError(f"max_distance is {distance}; {MOST_BITS} is the most")
        found = np.zeros(len(asked), bool)
        for band in range(_BANDS):
            for probe in _PROBES:
                left = np.flatnonzero(~found)
                for some, known in self._candidates(asked[left], band, probe):
                    alike = near(asked[left[some]], self._known[known], distance, colour)
                    found[left[some[alike]]] = True
        return found

    def _candidates(self, asked: Words, band: int, probe: np.uint16) -> Iterator[tuple[Ints, Ints]]:
        """Yield query rows, each with a known row that shares the band after the probe's flips."""
        keys = _bands(asked)[:, band] ^ probe
        begins, ends = self._begins[band][keys], self._begins[band][keys.astype(np.int64) + 1]
        while len(rows := np.flatnonzero(begins < ends)):  # one known hash of each key at a time
            yield rows, self._order[band][begins[rows]]
            begins = begins + 1


def _bands(hashes: Words) -> NDArray[np.uint16]:
    """Return PDQ's bits as 16 bands, (N, 16)."""
    return np.ascontiguousarray(hashes[:, :4]).view(np.uint16).reshape(-1, _BANDS)
