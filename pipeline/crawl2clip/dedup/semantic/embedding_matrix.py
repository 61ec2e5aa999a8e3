"""Convert columns of embeddings to matrices of unit vectors."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float32]


def matrix(lists: pa.Array) -> Floats:
    """Return the vectors at length 1, (N, D). Raises ValueError if their lengths differ."""
    if len(lists) == 0:
        return np.empty((0, 0), np.float32)
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    if lists.null_count or (lengths != lengths[0]).any():
        raise ValueError(f"embeddings of different lengths: {sorted(set(lengths))[:5]}")
    flat = pc.fill_null(lists.flatten(), np.nan).to_numpy(zero_copy_only=False)
    return unit(flat.reshape(len(lists), int(lengths[0])))


def unit(vectors: Floats) -> Floats:
    """Return the vectors at length 1, float32.

    Those without direction (zero or not finite) as 0.
    """
    wide = np.nan_to_num(vectors.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    lengths = np.linalg.norm(wide, axis=1, keepdims=True)
    finite = np.isfinite(vectors).all(axis=1, keepdims=True)
    scaled = np.divide(wide, lengths, out=np.zeros_like(wide), where=(lengths > 0) & finite)
    short: Floats = scaled.astype(np.float32)
    return short
