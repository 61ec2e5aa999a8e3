"""Keep the best pair of each group of duplicates."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F


def keep_one(
    pairs: DataFrame, components: DataFrame, node: Column, size: Column | None = None
) -> DataFrame:
    """Return the pairs without those whose component contains a better one.

    components: (node, component), each node once; other nodes are components of their own. node:
    the node of a pair; null for one that resembles no other and is kept. The best pair of a
    component has the greatest `size`, an integer, and among these the smallest uid; all pairs with
    that uid are kept.
    """
    keyed = pairs.withColumn("_node", node)
    less = F.lit(0) if size is None else -size
    # Aggregate to one row per node first, as millions of pairs may share a node.
    nodes = (
        keyed.select("_node", F.struct(less.alias("less"), "uid").alias("best"))
        .where("_node is not null")
        .groupBy("_node")
        .agg(F.min("best").alias("best"), F.count("*").alias("pairs"))
    )
    stays = _stays(nodes, components)
    # `stays` has each node once, so no pair is duplicated.
    joined = keyed.join(stays, "_node", how="left").where("_stays is null or _stays = uid")
    return joined.select(*pairs.columns)


def _stays(nodes: DataFrame, components: DataFrame) -> DataFrame:
    """Return (_node, _stays): the uid to keep for each node with a choice of pairs."""
    labels = components.select(F.col("node").alias("_node"), "component")
    labelled = nodes.join(labels, "_node", how="left").where("component is not null or pairs > 1")
    together = labelled.withColumn("component", F.coalesce("component", "_node"))
    best = together.groupBy("component").agg(F.min("best")["uid"].alias("_stays"))
    return together.join(best, "component", how="inner").select("_node", "_stays")
