"""Which of many centres a vector is nearest to. Knows nothing of Spark."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crawl2clip.filter.embeddings import tensor_files

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_BLOCK = 1 << 24  # products that are looked at together: 64 MB


def read_centres(path: str, name: str = "") -> Floats:
    """The centres of a file, (K, D), of whatever length they have. Raises ValueError."""
    check_centres(path, name)
    centres = np.ascontiguousarray(tensor_files.read(path, name), np.float32)
    if not np.isfinite(centres).all():
        raise ValueError(f"{path} holds a centre that is no number")
    return centres


def check_centres(path: str, name: str = "") -> None:
    """Raise ValueError if the file holds no centres, as far as its header tells."""
    shape = tensor_files.shape(path, name)
    if len(shape) != 2 or not shape[0] or not shape[1]:
        raise ValueError(f"{path} holds an array of {shape}; centres are (number, dimensions)")


def nearest(points: NDArray[Any], centres: Floats) -> Ints:
    """The centre of the largest inner product, for each point, (N,); -1 for one with no direction.

    Of centres that are equally near the first. As DataComp's code; but what float32 leaves open is
    decided in float64, so that it does not matter which points are looked at together.
    """
    if points.shape[1] != centres.shape[1]:
        sizes = f"{points.shape[1]} numbers, centres {centres.shape[1]}"
        raise ValueError(f"embeddings have {sizes}: they are of different models")
    units, known = _unit(points)
    # Twice what rounding can come to in a product of D terms.
    slack = 2 * points.shape[1] * 2.0**-24 * float(np.linalg.norm(centres, axis=1).max())
    step = max(1, _BLOCK // len(centres))
    parts = [_first(units[i : i + step], centres, slack) for i in range(0, len(units), step)]
    found = np.concatenate([np.empty(0, np.int32), *parts])
    return np.where(known, found, np.int32(-1))


def nearest_of_lists(lists: pa.Array, centres: Floats) -> pa.Array:
    """The same for a column of lists, int32; null for null, and for what has no direction."""
    there = lists.is_valid()
    vectors = lists.filter(there)
    lengths = pc.unique(pc.list_value_length(vectors)).to_pylist()
    if len(lengths) > 1:
        raise ValueError(f"embeddings of different lengths: {sorted(lengths)[:5]}")
    flat = pc.fill_null(vectors.flatten().cast(pa.float32()), np.nan)
    points = flat.to_numpy(zero_copy_only=False).reshape(len(vectors), -1 if len(vectors) else 0)
    found = nearest(points, centres) if len(vectors) else np.empty(0, np.int32)
    numbers = pa.array(found, mask=found < 0)
    return pc.replace_with_mask(pa.nulls(len(lists), pa.int32()), there, numbers)


def _first(units: Floats, centres: Floats, slack: float) -> Ints:
    similar = units @ centres.T
    rows, columns = np.nonzero(similar >= similar.max(axis=1, keepdims=True) - np.float32(slack))
    exact = (units[rows].astype(np.float64) * centres[columns]).sum(axis=1)
    order = np.lexsort((columns, -exact, rows))
    _, firsts = np.unique(rows[order], return_index=True)
    return columns[order][firsts].astype(np.int32)


def _unit(points: NDArray[Any]) -> tuple[Floats, NDArray[np.bool_]]:
    """Vectors of length 1, 0 for those without a direction; and which have one."""
    wide = points.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    known = np.isfinite(lengths) & (lengths > 0)
    units = np.divide(wide, lengths, out=np.zeros_like(wide), where=known)
    return units.astype(np.float32), known[:, 0]
