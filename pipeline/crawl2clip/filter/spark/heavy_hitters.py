"""Find keys that occur with too many distinct values, and drop their rows.

Keys are identified by 64-bit hashes. Of 10^10 distinct ones, 2.7 pairs are expected to collide and
would be counted as one: that drops a caption only where both together exceed the limit. Somebody
who crafts a caption that collides with another could just as well repeat the other.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark import StorageLevel
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.batch_coalescing import coalesced
from crawl2clip.filter.frequency.sorted_lookup import is_in_sorted, most_per_key
from crawl2clip.filter.spark.top_k import CountRanks
from crawl2clip.stage import is_problem

# Keys that the driver and each executor can hold in the gigabyte of heap that is Spark's default.
AT_HAND = 1_000_000

_AT_ONCE = 2**22  # bytes: 262,144 rows, enough to find repetitions


def frequent_keys(pairs: DataFrame, key: str, other: str, most: int) -> DataFrame:
    """Return (key, count): hashes of keys that occur with more than `most` distinct others.

    Cost: one shuffle of 16 bytes for each (key, other) that a task meets, but at most `most` + 1
    per key and task, so a value that a third of the crawl shares costs no more than any other.
    """
    hashed = _hashed(pairs, key, other)

    def thin(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        full = np.empty(0, np.int64)  # keys of which enough rows have been emitted
        for table in coalesced(batches, _AT_ONCE):
            keys, others = (column.to_numpy() for column in table.itercolumns())
            new = ~is_in_sorted(keys, full)
            keys, others, filled = most_per_key(keys[new], others[new], most + 1)
            full = np.sort(np.concatenate((full, filled)))
            yield pa.RecordBatch.from_arrays([pa.array(keys), pa.array(others)], ["key", "other"])

    thinned = hashed.mapInArrow(thin, "key LONG, other LONG").repartition("key")
    different = thinned.distinct()  # no shuffle, nor for the count: the rows of a key lie together
    return different.groupBy("key").agg(F.count("*").alias("count")).where(F.col("count") > most)


def frequent_keys_by_pair(pairs: DataFrame, key: str, other: str, most: int) -> DataFrame:
    """Return (key, count) of keys that occur in more than `most` pairs, repeated values included.

    Cost: one shuffle of counts.
    """
    counts = _hashed(pairs, key, other).groupBy("key").agg(F.count("*").alias("count"))
    return counts.where(F.col("count") > most)


def drop_keys(
    pairs: DataFrame, key: Column, frequent: DataFrame, at_hand: int = AT_HAND
) -> DataFrame:
    """Drop the pairs whose hash `key` is among `frequent`; null is not.

    frequent: key, each once, and count. Up to `at_hand` of them, those with the highest counts,
    are broadcast. If that is all of them, no row is shuffled; otherwise the remaining pairs are
    shuffled whole, but without the keys that would skew the shuffle most.

    Starts Spark jobs that compute `frequent`; if there are too many to broadcast, they stay on the
    executors' disks until the session ends.
    """
    names = pairs.columns
    frequent = frequent.persist(StorageLevel.DISK_ONLY)
    ranks = CountRanks.of(frequent)
    some = frequent.where(F.col("count") >= ranks.least_count(at_hand)).select("key").toArrow()
    few = F.broadcast(pairs.sparkSession.createDataFrame(some))
    keyed = pairs.withColumn("_key", key)
    keyed = keyed.join(few, F.col("_key") == few["key"], how="left_anti")
    if ranks.rows > at_hand:
        keyed = keyed.join(frequent, F.col("_key") == frequent["key"], how="left_anti")
    else:
        frequent.unpersist()
    return keyed.select(names)


def hash_of(pairs: DataFrame, name: str) -> Column:
    """Return the hash of a column; null where it is null, and for rows with a problem."""
    return F.when(F.col(name).isNotNull() & ~is_problem(pairs), F.xxhash64(name))


def _hashed(pairs: DataFrame, key: str, other: str) -> DataFrame:
    keys, others = hash_of(pairs, key).alias("key"), hash_of(pairs, other).alias("other")
    return pairs.select(keys, others).where("key is not null and other is not null")
