"""Resample a table to a given number of rows by repeating or dropping pairs."""

from itertools import accumulate

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.spark.draw import draw

BUCKETS = 1 << 16


def repeated(pairs: DataFrame, rows: int, seed: int) -> DataFrame:
    """Return exactly `rows` rows of a table with a unique `uid`, which becomes `uid#copy`.

    All pairs are repeated equally often, except for some random ones that occur once more; if there
    are more pairs than rows, some random ones are dropped. A larger `rows` includes all rows of a
    smaller one. Raises ValueError for an empty table. Counts twice beforehand, without a sort or a
    shuffle of images.
    """
    count = pairs.count()
    if not count:
        raise ValueError("there are no pairs with images to train on")
    whole, rest = divmod(rows, count)
    once_more = _first(pairs, rest, seed).cast("int")
    copies = F.sequence(F.lit(1), F.lit(whole) + once_more)
    kept = pairs.where(F.lit(whole) + once_more > 0)
    each = kept.withColumn("copy", F.explode(copies))
    return each.withColumn("uid", F.concat_ws("#", "uid", "copy")).drop("copy")


def _first(pairs: DataFrame, number: int, seed: int) -> Column:
    """Return true for the first `number` pairs in a random order.

    Counting by 16 bits of the random number finds the bucket of the last of them; only that bucket,
    a 65,536th of the table, is sorted.
    """
    if not number:
        return F.lit(False)
    chance = draw(seed)
    bucket = F.floor(chance * BUCKETS).cast("int")
    sizes = {r["b"]: r["count"] for r in pairs.groupBy(bucket.alias("b")).count().collect()}
    reached = dict(zip(sorted(sizes), accumulate(sizes[b] for b in sorted(sizes)), strict=True))
    last = next(b for b, so_far in reached.items() if so_far >= number)
    within = number - (reached[last] - sizes[last])
    inside = pairs.where(bucket == last).select(chance.alias("chance"), "uid")
    end = inside.orderBy("chance", "uid").limit(within).agg(F.max(F.struct("chance", "uid")))
    [[limit]] = end.collect()
    ties = (chance == limit["chance"]) & (F.col("uid") <= limit["uid"])
    found: Column = (chance < limit["chance"]) | ties
    return found
