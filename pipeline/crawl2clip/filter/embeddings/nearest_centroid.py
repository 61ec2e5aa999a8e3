"""Find the centre nearest to each vector."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from crawl2clip.filter.embeddings import tensor_files

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]

_BLOCK = 1 << 24  # products computed at a time: 64 MB


def read_centres(path: str, name: str = "") -> Floats:
    """Read centres of any norm from a file, float32 (K, D). Raises ValueError if it holds none."""
    check_centres(path, name)
    centres = np.ascontiguousarray(tensor_files.read(path, name), np.float32)
    if not np.isfinite(centres).all():
        raise ValueError(f"{path} holds a centre that is not a number")
    return centres


def check_centres(path: str, name: str = "") -> None:
    """Raise ValueError if the file's header shows that it holds no centres."""
    shape = tensor_files.shape(path, name)
    if len(shape) != 2 or not shape[0] or not shape[1]:
        raise ValueError(f"{path} holds an array of {shape}; centres are (number, dimensions)")


def nearest(points: NDArray[Any], centres: Floats) -> Ints:
    """Return the index of the centre with the largest inner product for each point, int32 (N,).

    -1 for a point without direction (zero or not finite). Ties go to the lowest index, as in
    DataComp's code; ties within float32 rounding are resolved in float64, so the result does not
    depend on which points are processed together.
    """
    if points.shape[1] != centres.shape[1]:
        sizes = f"{points.shape[1]} numbers, centres {centres.shape[1]}"
        raise ValueError(f"embeddings have {sizes}: they are of different models")
    units, known = _unit(points)
    # Twice the largest rounding error of an inner product of D terms.
    slack = 2 * points.shape[1] * 2.0**-24 * float(np.linalg.norm(centres, axis=1).max())
    step = max(1, _BLOCK // len(centres))
    parts = [_first(units[i : i + step], centres, slack) for i in range(0, len(units), step)]
    found = np.concatenate([np.empty(0, np.int32), *parts])
    return np.where(known, found, np.int32(-1))


def nearest_of_lists(lists: pa.Array, centres: Floats) -> pa.Array:
    """Return the nearest centre of each list, int32; null for null or no direction."""
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
    """Return the vectors at length 1, or 0 without a direction, and whether they have one."""
    wide = points.astype(np.float64)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    known = np.isfinite(lengths) & (lengths > 0)
    units = np.divide(wide, lengths, out=np.zeros_like(wide), where=known)
    return units.astype(np.float32), known[:, 0]
