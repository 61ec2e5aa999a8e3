"""Work on columns of 64-bit hashes, in numpy."""

from typing import TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

Hashes: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
Flags: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]


def among(values: Hashes, ordered: Hashes) -> Flags:
    """Which of the values are in `ordered`, which ascends."""
    if not len(ordered):
        return np.zeros(len(values), np.bool_)
    places = np.searchsorted(ordered, values)
    return np.equal(ordered[np.minimum(places, len(ordered) - 1)], values)


def outside(lists: pa.ListArray, ordered: Hashes) -> pa.ListArray:
    """Of each list the values that `ordered` lacks; an empty list for null."""
    lists = pc.fill_null(lists, pa.scalar([], lists.type))
    offsets = lists.offsets.to_numpy()
    flat = lists.values.slice(offsets[0], offsets[-1] - offsets[0]).to_numpy()
    absent = ~among(flat, ordered)
    before = np.concatenate(([0], np.cumsum(absent)))
    starts = before[offsets - offsets[0]].astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(starts), pa.array(flat[absent], pa.int64()))


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
