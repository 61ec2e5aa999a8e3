"""Sets of any size made equal: each pair as often as it takes."""

from itertools import accumulate

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.spark.draw import draw

BUCKETS = 1 << 16


def repeated(pairs: DataFrame, rows: int, seed: int) -> DataFrame:
    """Exactly so many rows of a table whose `uid` is different in each, which becomes `uid#copy`.

    All pairs are there equally often, but for some by chance that are there once more; of more
    pairs than rows, some by chance are left out. Larger `rows` take all that smaller ones took.
    Raises ValueError for an empty table. Counts twice beforehand: no sort, no shuffle of images.
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
    """True for the first so many in an order by chance.

    Counting by the first 16 bits of the chance finds the bucket that holds the last of them; that
    bucket alone, a 65,536th of the table, is looked at.
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
