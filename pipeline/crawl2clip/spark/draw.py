"""The one random draw: a hash of seed and uid, equal in a Spark plan and in a Python worker.

So a choice is the same for every partitioning, retry and cluster, and nested: what is kept with a
smaller chance is kept with a larger one.
"""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.shared.spark_xxhash import xxhash64

_STEPS = 2**52  # a double holds each multiple of 2^-52 below 1 exactly


def draw(seed: int, purpose: str = "", key: Column | str = "uid") -> Column:
    """Draw a uniform number in [0, 1) for each key, always the same for the same key and seed.

    Draws for different purposes are independent.
    """
    salt = [F.lit(purpose)] if purpose else []
    return F.pmod(F.xxhash64(key, F.lit(seed), *salt), F.lit(_STEPS)) / F.lit(float(_STEPS))


def draws(keys: pa.StringArray, seed: int) -> NDArray[np.float64]:
    """Draw in a worker what `draw(seed)` draws in Spark, for keys of shape (N,)."""
    numbers: NDArray[np.float64] = (xxhash64(keys, seed) & (_STEPS - 1)) / float(_STEPS)
    return numbers
