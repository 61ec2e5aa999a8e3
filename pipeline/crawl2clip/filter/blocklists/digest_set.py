"""Look up batches of hashes in a sorted list."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Keys = np.ndarray[tuple[int], np.dtype[np.bytes_]]


def sorted_digests(entries: Sequence[str], size: int) -> Keys:
    """Return the distinct hashes in ascending order, `size` bytes each.

    entries: in hex, upper or lower case. Raises ValueError, quoting the first that is not such a
    hash.
    """
    try:
        packed = b"".join(bytes.fromhex(entry) for entry in entries)
        wrong = len(packed) != size * len(entries)
    except ValueError:
        wrong = True
    if wrong:
        odd = next(entry for entry in entries if not _is_hex(entry, size))
        raise ValueError(f"{odd!r} is not a hash of {2 * size} hex digits")
    return np.unique(np.frombuffer(packed, f"S{size}"))


def is_listed(digests: pa.Array, keys: Keys) -> pa.Array:
    """Return whether each digest, a binary of the keys' size, is among the keys; null for null."""
    valid = digests.is_valid()
    asked = _packed(digests.filter(valid), keys.dtype)
    place = np.searchsorted(keys, asked)
    there = np.zeros(len(asked), bool)
    inside = place < len(keys)
    there[inside] = keys[place[inside]] == asked[inside]
    found = pa.nulls(len(digests), pa.bool_())
    return pc.replace_with_mask(found, valid, pa.array(there))


def _packed(digests: pa.Array, kind: np.dtype[Any]) -> Keys:
    whole = pc.all(pc.equal(pc.binary_length(digests), kind.itemsize)).as_py()
    if not whole and len(digests):
        raise ValueError(f"hashes to look up want {kind.itemsize} bytes each")
    return np.frombuffer(b"".join(digests.to_pylist()), kind)


def _is_hex(entry: str, size: int) -> bool:
    try:
        return len(entry) == 2 * size and len(bytes.fromhex(entry)) == size
    except ValueError:
        return False
