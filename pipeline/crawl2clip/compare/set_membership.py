"""Which pairs, images and texts are in which sets, counted by Spark."""

from collections.abc import Sequence
from typing import Literal, get_args

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.compare.overlap import Masks
from crawl2clip.compare.run_loading import Contestant

What = Literal["pairs", "images", "texts"]
KEYS: dict[What, str] = {"pairs": "uid", "images": "url", "texts": "text"}


def members(sets: Sequence[Contestant]) -> dict[What, Masks]:
    """For pairs, images (by address) and texts: how many are in exactly which sets.

    One shuffle, of a hash of 64 bits and a mask for each of the three; what is frequent is brought
    together in the task that met it. By chance two of 10^11 things are one in some 300 cases. The
    driver gets a count for each combination of sets, 3 * 2^16 at most.
    """
    marked = [_marked(one.pairs, 1 << place) for place, one in enumerate(sets)]
    every = marked[0]
    for more in marked[1:]:
        every = every.unionByName(more)
    held = every.groupBy("what", "key").agg(F.bit_or("mask").alias("mask"))
    rows = held.groupBy("what", "mask").count().collect()
    return {
        what: {row["mask"]: row["count"] for row in rows if row["what"] == number}
        for number, what in enumerate(get_args(What))
    }


def key_of(name: str) -> Column:
    """64 bits of it."""
    return F.xxhash64(name)


def _marked(pairs: DataFrame, mask: int) -> DataFrame:
    keys = [
        F.struct(F.lit(number).alias("what"), key_of(name).alias("key"))
        for number, name in enumerate(KEYS.values())
    ]
    each = pairs.select(F.explode(F.array(*keys)).alias("it"))
    return each.select("it.what", "it.key", F.lit(mask).cast("bigint").alias("mask"))
