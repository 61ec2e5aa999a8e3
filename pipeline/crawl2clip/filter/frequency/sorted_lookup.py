"""Work on columns of 64-bit hashes, in numpy."""

from typing import TypeAlias

import numpy as np

Hashes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]


def among(values: Hashes, ordered: Hashes) -> Flags:
    """Which of the values are in `ordered`, which ascends."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(ordered, values)
    return np.equal(ordered[np.minimum(places, len(ordered) - 1)], values)


def few_of_each(keys: Hashes, others: Hashes, most: int) -> tuple[Hashes, Hashes, Hashes]:
    """The different (key, other) pairs, but of no key more than `most`; and the keys with `most`.

    Sorted by key. Which of its others a key keeps is the same in any order: the smallest.
    """
    order = np.lexsort((others, keys))
    keys, others = keys[order], others[order]
    first = np.ones(len(keys), np.bool_)  # of equal pairs
    first[1:] = (keys[1:] != keys[:-1]) | (others[1:] != others[:-1])
    keys, others = keys[first], others[first]
    place = np.arange(len(keys)) - np.searchsorted(keys, keys)  # among those of its key
    return keys[place < most], others[place < most], keys[place == most - 1]
