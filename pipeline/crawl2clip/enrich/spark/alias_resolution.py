"""Resolve forms and other spellings to the word they belong to, however many links away."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.spark.materialized import materialized


def ends(links: DataFrame) -> DataFrame:
    """Resolve the links `lang, key, target` to `lang, key, end, in_circle`.

    (lang, key) is unique. The end is the first word on the way that has no link. A link into a
    circle has none: there in_circle is true and end null. Each round doubles how far links reach,
    with one shuffle of them all; its result is kept in Spark's checkpoint directory if the session
    has one, else on the executors' disks. Starts Spark jobs.
    """
    reach = links.select("lang", "key", F.col("target").alias("end"))
    before = -1
    while True:
        further = reach.select("lang", F.col("key").alias("end"), F.col("end").alias("next"))
        # how="left" adds no rows: further has each key once.
        moved = materialized(reach.join(further, ["lang", "end"], how="left"))
        on_their_way = moved.where("next is not null").count()
        # A chain always has a link that this round brought home: if there is none, all are circles.
        if on_their_way in (0, before):
            in_circle = F.col("next").isNotNull()
            end = F.when(~in_circle, F.col("end"))
            return moved.select("lang", "key", end.alias("end"), in_circle.alias("in_circle"))
        before = on_their_way
        reach = moved.select("lang", "key", F.coalesce("next", "end").alias("end"))
