"""Count in Spark which pairs, images and texts are in which sets."""

from collections.abc import Sequence
from typing import Literal, get_args

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.compare.overlap import Masks
from crawl2clip.compare.run_loading import ComparedRun

What = Literal["pairs", "images", "texts"]
KEYS: dict[What, str] = {"pairs": "uid", "images": "url", "texts": "text"}


def count_memberships(sets: Sequence[ComparedRun]) -> dict[What, Masks]:
    """Count for pairs, images (by URL) and texts how many are in each combination of sets.

    One shuffle of a 64-bit hash and a mask for each of the three; frequent ones are combined within
    the task that met them. Among 10^11 items, some two collide with a chance of 1 in 300. The
    driver receives a count for each combination of sets, at most 3 * 2^16.
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
    """Return a 64-bit hash of a column."""
    return F.xxhash64(name)


def _marked(pairs: DataFrame, mask: int) -> DataFrame:
    keys = [
        F.struct(F.lit(number).alias("what"), key_of(name).alias("key"))
        for number, name in enumerate(KEYS.values())
    ]
    each = pairs.select(F.explode(F.array(*keys)).alias("it"))
    return each.select("it.what", "it.key", F.lit(mask).cast("bigint").alias("mask"))
