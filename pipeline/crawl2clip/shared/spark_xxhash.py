"""Compute Spark's hash of strings in Python workers: both sides must draw the same."""

from typing import TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Hashes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]

_SPARKS_SEED = 42  # what xxhash64 starts with
# The first, second, third and fifth of XXH64.
_PRIMES = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5)


def xxhash64(strings: pa.StringArray, seed: int | None = None) -> Hashes:
    """Return Spark's xxhash64(strings); with a seed, xxhash64(strings, seed), seed an INT."""
    from xxhash import xxh64_intdigest

    raw = strings.cast(pa.binary()).to_pylist()
    hashes = (_SPARKS_SEED if value is None else xxh64_intdigest(value, _SPARKS_SEED)
              for value in raw)  # fmt: skip
    of_strings = np.fromiter(hashes, np.uint64, len(raw))
    return (of_strings if seed is None else _with_int(of_strings, seed)).view(np.int64)


def _with_int(hashes: NDArray[np.uint64], value: int) -> NDArray[np.uint64]:
    """Return XXH64 of the INT's four bytes, each hash being the seed."""
    one, two, three, five = map(np.uint64, _PRIMES)
    with np.errstate(over="ignore"):
        mixed = hashes + five + np.uint64(4)
        mixed ^= np.uint64(value & 0xFFFFFFFF) * one
        mixed = ((mixed << np.uint64(23)) | (mixed >> np.uint64(41))) * two + three
        mixed = (mixed ^ (mixed >> np.uint64(33))) * two
        mixed = (mixed ^ (mixed >> np.uint64(29))) * three
    return mixed ^ (mixed >> np.uint64(32))
