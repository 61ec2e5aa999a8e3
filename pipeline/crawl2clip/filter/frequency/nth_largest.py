"""Find the n-th largest of any number of values from histograms small enough for a driver."""

import struct
from collections.abc import Callable
from fractions import Fraction
from math import ceil
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

STEP = 16  # bits that one histogram resolves: at most 65,536 buckets

Keys = NDArray[np.int64]

_MOST = {32: 2**31 - 1, 64: 2**63 - 1}

# Counts of `key >> shift` over the keys for which `key >> within[1]` is `within[0]`: (buckets,)
# each. `within` is None for all keys.
Histogram = Callable[[int, tuple[int, int] | None], tuple[Keys, Keys]]


class RankedKey(NamedTuple):
    """The key at a rank, with the number of larger keys and of keys equal to it."""

    rank: int
    key: int
    above: int
    equal: int


def nth_largest(histogram: Histogram, bits: int, rank: Callable[[int], int]) -> RankedKey | None:
    """Find the key of rank `rank(number of keys)`, 0 being the largest; None if there are no keys.

    bits: the width of the keys, 32 or 64. Requests a histogram for every STEP bits, and fewer once
    only few keys remain.
    """
    shift = bits - STEP
    buckets, counts = histogram(shift, None)
    if not len(buckets):
        return None
    wanted, above = rank(int(counts.sum())), 0
    while True:
        bucket, passed, here = _bucket(buckets, counts, wanted - above)
        above += passed
        if shift == 0:
            return RankedKey(wanted, bucket, above, here)
        within = (bucket, shift)
        shift = shift - STEP if here > 1 << STEP else 0
        buckets, counts = histogram(shift, within)


def _bucket(buckets: Keys, counts: Keys, rank: int) -> tuple[int, int, int]:
    """Return the bucket that holds the rank, and how many keys are in larger ones and in it."""
    order = np.argsort(-buckets)
    reached = np.cumsum(counts[order])
    at = int(np.searchsorted(reached, rank, side="right"))
    here = int(counts[order][at])
    return int(buckets[order][at]), int(reached[at]) - here, here


def keys(values: NDArray[np.float32] | NDArray[np.float64]) -> Keys:
    """Map floats to integers of the same order: their bits, inverted if negative."""
    single = values.dtype == np.float32
    raw = (values + values.dtype.type(0)).view("i4" if single else "i8")  # -0.0 + 0.0 is 0.0
    bits: Keys = raw.astype(np.int64)
    return np.where(bits < 0, bits ^ (_MOST[32] if single else _MOST[64]), bits)


def value_of(key: int, bits: int) -> float:
    """Return the value that has the key. bits: 32 for a float, 64 for a double."""
    raw = key ^ _MOST[bits] if key < 0 else key
    code = "if" if bits == 32 else "qd"
    return float(struct.unpack(f"<{code[1]}", struct.pack(f"<{code[0]}", raw))[0])


def exact_count(n: int, fraction: float) -> int:
    """Return ceil(n * fraction) of the fraction as written: 0.07 of 100 is 7, not 8."""
    return ceil(n * Fraction(str(fraction)))
