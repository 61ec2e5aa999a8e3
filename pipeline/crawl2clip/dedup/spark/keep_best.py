"""Of all that belong together, one stays."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def keep_one(
    pairs: DataFrame, components: DataFrame, node: Column, size: Column | None = None
) -> DataFrame:
    """The pairs without those whose component has a better one.

    components: (node, component), each node once; the others are components of their own. node:
    that of a pair; null for one that is like no other and stays. The best of a component has the
    greatest `size`, a whole number, and among these the smallest uid; pairs of that uid all stay.
    """
    keyed = pairs.withColumn("_node", node)
    less = F.lit(0) if size is None else -size
    # A row for each node first: a node that millions of pairs share is one row from here on.
    nodes = (
        keyed.select("_node", F.struct(less.alias("less"), "uid").alias("best"))
        .where("_node is not null")
        .groupBy("_node")
        .agg(F.min("best").alias("best"), F.count("*").alias("pairs"))
    )
    stays = _stays(nodes, components)
    # `stays` has each node once, so no pair is doubled.
    joined = keyed.join(stays, "_node", how="left").where("_stays is null or _stays = uid")
    return joined.select(*pairs.columns)


def _stays(nodes: DataFrame, components: DataFrame) -> DataFrame:
    """(_node, _stays): the uid that stays of each node that has more than one pair to choose."""
    labels = components.select(F.col("node").alias("_node"), "component")
    labelled = nodes.join(labels, "_node", how="left").where("component is not null or pairs > 1")
    together = labelled.withColumn("component", F.coalesce("component", "_node"))
    best = together.groupBy("component").agg(F.min("best")["uid"].alias("_stays"))
    return together.join(best, "component", how="inner").select("_node", "_stays")
