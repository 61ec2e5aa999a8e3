"""Compute MinHash signatures of short texts, many at a time."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

PERMS = 128
SHINGLE_CHARS = 5
# The rest of a longer text is ignored; no caption is longer, but a page can contain anything.
MOST_CHARS = 1_000

_CHUNK = 1 << 14  # shingles whose hashes stay in the processor's cache while 128 minima are taken

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Halves = NDArray[np.uint32]


def rows_per_band(similarity: float, recall: float) -> int:
    """Return the most rows per band at which such similar texts share one of 128 // rows bands.

    They share a band with probability 1 - (1 - similarity^rows)^bands, which is at least `recall`.
    More rows mean fewer candidates. Raises ValueError if even one row is too many.
    """
    for rows in range(PERMS, 0, -1):
        if 1 - (1 - similarity**rows) ** (PERMS // rows) >= recall:
            return rows
    raise ValueError(f"128 hashes can't find {recall:.2%} of the texts {similarity} alike")


def band_keys(texts: pa.Array, rows: int) -> Words:
    """Return a key for each of the 128 // rows bands of each text, (N, bands).

    Equal for equal bands.
    """
    bands = PERMS // rows
    found = signatures(texts)[:, : bands * rows].reshape(-1, bands, rows)
    keys = np.zeros(found.shape[:2], np.uint64)
    for row in range(rows):
        keys = _mixed(keys ^ found[:, :, row])
    return keys


def signatures(texts: pa.Array) -> Halves:
    """Return the minimum of each text's shingle hashes under 128 hash functions, (N, 128).

    The fraction of equal numbers in two signatures estimates the Jaccard similarity of the texts'
    shingles: all runs of 5 characters; a shorter text is one shingle.
    """
    hashes, begins = shingle_hashes(texts)
    result = np.empty((len(begins) - 1, PERMS), np.uint32)
    first = 0
    while first < len(result):
        # As many texts as fit, and at least one.
        last = int(np.searchsorted(begins, begins[first] + _CHUNK, side="right")) - 1
        last = min(max(last, first + 1), len(result))
        inside = hashes[begins[first] : begins[last]]
        starts = begins[first:last] - begins[first]
        for perm, (seed, factor) in enumerate(zip(_SEEDS, _FACTORS, strict=True)):
            result[first:last, perm] = np.minimum.reduceat(_permuted(inside, seed, factor), starts)
        first = last
    return result


def shingle_hashes(texts: pa.Array) -> tuple[Halves, Ints]:
    """Return the hashes of all texts' shingles, in order, and where each text's begin, (N + 1,)."""
    cut = pc.utf8_slice_codeunits(texts, 0, MOST_CHARS).to_pylist()
    codes = np.frombuffer("".join(cut).encode("utf-32-le", "surrogatepass"), np.uint32)
    lengths = np.fromiter(map(len, cut), np.int64, len(cut))
    counts = np.maximum(lengths - SHINGLE_CHARS + 1, 1)
    begins = np.concatenate([[0], np.cumsum(counts)])
    # A shingle of a text shorter than itself ends in zeros, which no character is.
    padded = np.concatenate([codes, np.zeros(SHINGLE_CHARS, np.uint32)])
    text_begins = np.concatenate([[0], np.cumsum(lengths)])[:-1]
    at = np.repeat(text_begins - begins[:-1], counts) + np.arange(begins[-1])
    ends = np.repeat(text_begins + lengths, counts)
    total = np.zeros(len(at), np.uint64)
    for char in range(SHINGLE_CHARS):
        code = padded[at + char].astype(np.uint64) + np.uint64(1)
        total = _mixed(total ^ np.where(at + char < ends, code, np.uint64(0)))
    return (total >> np.uint64(32)).astype(np.uint32), begins


def jaccard(a: str, b: str) -> float:
    """Return the Jaccard similarity of the shingles of two texts."""
    left, right = _shingles(a), _shingles(b)
    return len(left & right) / len(left | right)


def _shingles(text: str) -> set[str]:
    text = text[:MOST_CHARS]
    ends = max(len(text) - SHINGLE_CHARS + 1, 1)
    return {text[begin : begin + SHINGLE_CHARS] for begin in range(ends)}


def _permuted(hashes: Halves, seed: np.uint32, factor: np.uint32) -> Halves:
    """Apply one of a family of permutations of all 32-bit numbers, which can't collide."""
    mixed = (hashes ^ seed) * factor
    mixed ^= mixed >> np.uint32(15)
    mixed *= _ODD
    return mixed


def _mixed(numbers: Words) -> Words:
    """Mix bits with the finaliser of SplitMix64 (Steele, Lea and Flood 2014)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


_RANDOM = _mixed(np.arange(1, 2 * PERMS + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15))
_SEEDS = (_RANDOM[:PERMS] >> np.uint64(32)).astype(np.uint32)
_FACTORS = (_RANDOM[PERMS:] >> np.uint64(32)).astype(np.uint32) | np.uint32(1)
_ODD = np.uint32(0x846CA68B)
