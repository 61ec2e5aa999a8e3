"""Operate on columns of 64-bit hashes in numpy."""

from typing import TypeAlias

import numpy as np

Hashes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]


def is_in_sorted(values: Hashes, ordered: Hashes) -> Flags:
    """Return whether each value is in `ordered`, which is ascending."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(ordered, values)
    return np.equal(ordered[np.minimum(places, len(ordered) - 1)], values)


def most_per_key(keys: Hashes, others: Hashes, most: int) -> tuple[Hashes, Hashes, Hashes]:
    """Return the distinct (key, other) pairs, at most `most` per key, and the keys with `most`.

    Sorted by key. A key keeps its smallest others, so the result does not depend on the input's
    order.
    """
    order = np.lexsort((others, keys))
    keys, others = keys[order], others[order]
    first = np.ones(len(keys), np.bool_)  # of equal pairs
    first[1:] = (keys[1:] != keys[:-1]) | (others[1:] != others[:-1])
    keys, others = keys[first], others[first]
    place = np.arange(len(keys)) - np.searchsorted(keys, keys)  # among those of its key
    return keys[place < most], others[place < most], keys[place == most - 1]
