"""Columns of embeddings as matrices."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crawl2clip.dedup.semantic.arrays import Floats
from crawl2clip.dedup.semantic.kmeans import unit


def matrix(lists: pa.Array) -> Floats:
    """The vectors at length 1, (N, D). Raises ValueError if they are not all of one length."""
    if len(lists) == 0:
        return np.empty((0, 0), np.float32)
    lengths = pc.list_value_length(lists).to_numpy(zero_copy_only=False)
    if lists.null_count or (lengths != lengths[0]).any():
        raise ValueError(f"embeddings of different lengths: {sorted(set(lengths))[:5]}")
    flat = pc.fill_null(lists.flatten(), np.nan).to_numpy(zero_copy_only=False)
    return unit(flat.reshape(len(lists), int(lengths[0])))
