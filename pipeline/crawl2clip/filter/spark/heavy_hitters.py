"""Values that stand beside too many different others, and the pairs that have none of them.

Values are told apart by 64-bit hashes. Of 10^10 different ones 2.7 pairs are expected to share a
hash, and would be counted as one: that drops a caption only where both together are beyond the
limit. Whoever makes a caption that collides with another on purpose could as well repeat the other.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.batch_coalescing import gathered
from crawl2clip.filter.frequency.sorted_lookup import among, few_of_each
from crawl2clip.filter.spark.top_k import Ranks
from crawl2clip.stage import is_problem

# Keys that the driver and each executor can hold to drop rows by, in the gigabyte of heap that is
# Spark's default for each.
AT_HAND = 1_000_000

_AT_ONCE = 2**22  # bytes, 262,144 rows: enough to find what repeats


def crowded(pairs: DataFrame, key: str, other: str, most: int) -> DataFrame:
    """`key`, `count`: hashes of keys that stand beside more than `most` different others.

    Cost: one shuffle of 16 bytes for each (key, other) that a task meets, and of no key more than
    most + 1 from each task: a value that a third of the crawl shares is no more work than others.
    """
    hashed = _hashed(pairs, key, other)

    def thin(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        full = np.empty(0, np.int64)  # of which enough has been passed on
        for table in gathered(batches, _AT_ONCE):
            keys, others = (column.to_numpy() for column in table.itercolumns())
            new = ~among(keys, full)
            keys, others, filled = few_of_each(keys[new], others[new], most + 1)
            full = np.sort(np.concatenate((full, filled)))
            yield pa.RecordBatch.from_arrays([pa.array(keys), pa.array(others)], ["key", "other"])

    thinned = hashed.mapInArrow(thin, "key LONG, other LONG").repartition("key")
    different = thinned.distinct()  # in place, as the count is: rows of a key lie together
    return different.groupBy("key").agg(F.count("*").alias("count")).where(F.col("count") > most)


def crowded_by_all(pairs: DataFrame, key: str, other: str, most: int) -> DataFrame:
    """The same, but each pair counts, not each different other. Cost: one shuffle of counts."""
    counts = _hashed(pairs, key, other).groupBy("key").agg(F.count("*").alias("count"))
    return counts.where(F.col("count") > most)


def without(pairs: DataFrame, key: Column, crowds: DataFrame, at_hand: int = AT_HAND) -> DataFrame:
    """The pairs whose hash `key` is not among `crowds`; null is among none.

    crowds: key, each once, and count. Up to `at_hand` of them are broadcast, those with the
    greatest counts. No row is shuffled if that is all of them; else what is left of the pairs is,
    whole, but without the keys that would have been most to one task.

    Starts Spark jobs that compute `crowds`; if they are too many they stay on the executors' disks
    until the session ends.
    """
    names = pairs.columns
    crowds = crowds.persist(StorageLevel.DISK_ONLY)
    ranks = Ranks.of(crowds)
    some = crowds.where(F.col("count") >= ranks.least_count(at_hand)).select("key").toArrow()
    few = F.broadcast(pairs.sparkSession.createDataFrame(some))
    keyed = pairs.withColumn("_key", key)
    keyed = keyed.join(few, F.col("_key") == few["key"], how="left_anti")
    if ranks.rows > at_hand:
        keyed = keyed.join(crowds, F.col("_key") == crowds["key"], how="left_anti")
    else:
        crowds.unpersist()
    return keyed.select(names)


def hash_of(pairs: DataFrame, name: str) -> Column:
    """Of the column; null where it is null, and for rows with a problem."""
    return F.when(F.col(name).isNotNull() & ~is_problem(pairs), F.xxhash64(name))


def _hashed(pairs: DataFrame, key: str, other: str) -> DataFrame:
    keys, others = hash_of(pairs, key).alias("key"), hash_of(pairs, other).alias("other")
    return pairs.select(keys, others).where("key is not null and other is not null")
