"""Find the connected components of a graph whose edges are a table."""

from collections.abc import Iterable
from typing import TypeVar

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from crawl2clip.spark.materialized import materialized

# Even a path of 10^18 nodes takes far fewer: each round about halves the rest of it.
_MOST_ROUNDS = 100
# The driver handles so few edges in a moment; a round of shuffles takes seconds.
_FEW = 100_000
_NO_EDGES: tuple[int, int | None] = (0, None)

N = TypeVar("N", int, str, bytes)


def components(edges: DataFrame, few: int = _FEW) -> DataFrame:
    """Return (node, component) for each node of `edges`, once; the component is its smallest node.

    edges: columns a, b of one type that can be ordered; an edge may occur several times, in either
    direction, or be a loop. Alternates large-star and small-star (Kiveris et al. 2014, Connected
    Components in MapReduce and Beyond): O(log^2 n) rounds whatever the graph, and never more edges
    than there were. Each round is two shuffles of the edges, and at most two numbers are sent to
    the driver. Up to `few` edges are processed by the driver itself. Starts Spark jobs.

    The edges after each round are kept in Spark's checkpoint directory if the session has one; else
    on the executors' disks, and the job fails if one of them is lost.
    """
    edges = materialized(
        edges.select(F.least("a", "b").alias("a"), F.greatest("a", "b").alias("b"))
    )
    if edges.limit(few + 1).count() <= few:
        return _on_driver(edges)
    loops = edges.where("a = b").select(F.col("a").alias("node"))
    edges = edges.where("a < b").distinct()
    before, seen = _NO_EDGES, _digest(edges)
    for _ in range(_MOST_ROUNDS):
        if before == seen:
            return _labelled(edges, loops)
        edges = materialized(_small_star(_large_star(edges)))
        before, seen = seen, _digest(edges)
    raise RuntimeError(f"no components after {_MOST_ROUNDS} rounds; {seen} edges and their hash")


def _on_driver(edges: DataFrame) -> DataFrame:
    table = edges.toArrow()
    found = smallest_linked(zip(*(column.to_pylist() for column in table.columns), strict=True))
    kind = edges.schema["a"].dataType
    schema = StructType([StructField("node", kind), StructField("component", kind)])
    return edges.sparkSession.createDataFrame(list(found.items()), schema)


def _large_star(edges: DataFrame) -> DataFrame:
    """Link the larger neighbours of each node to the smallest node it knows, itself included."""
    both = edges.union(edges.select(F.col("b").alias("a"), F.col("a").alias("b")))
    smallest = both.groupBy("a").agg(F.least("a", F.min("b")).alias("smallest"))
    larger = edges.join(smallest, "a", how="inner")  # a < b: b are a's larger neighbours
    return larger.select(F.col("smallest").alias("a"), "b").distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Link the smaller neighbours of each node, and itself, to the smallest of them."""
    smallest = edges.groupBy("b").agg(F.min("a").alias("smallest"))
    itself = smallest.select(F.col("smallest").alias("a"), "b")
    smaller = edges.join(smallest, "b", how="inner").where("a > smallest")
    return itself.union(
        smaller.select(F.col("smallest").alias("a"), F.col("a").alias("b"))
    ).distinct()


def _digest(edges: DataFrame) -> tuple[int, int | None]:
    """Return the number of edges and a hash, equal for equal sets of edges."""
    row = edges.agg(F.count("*"), F.bit_xor(F.xxhash64("a", "b"))).first()
    return (0, None) if row is None else (row[0], row[1])


def _labelled(edges: DataFrame, loops: DataFrame) -> DataFrame:
    """Return each node of a set of stars with its centre."""
    leaves = edges.select(F.col("b").alias("node"), F.col("a").alias("component"))
    centres = edges.select(F.col("a").alias("node")).union(loops).distinct()
    # A node that has only a loop is its own; one that is a leaf has its label already.
    alone = centres.join(leaves, "node", how="left_anti")
    return leaves.union(alone.select("node", F.col("node").alias("component")))


def smallest_linked(edges: Iterable[tuple[N, N]]) -> dict[N, N]:
    """Return for each node the smallest node that it is linked to, directly or through others."""
    parents: dict[N, N] = {}
    for a, b in edges:
        low, high = sorted((_root(parents, a), _root(parents, b)))
        parents[high] = low
    return {node: _root(parents, node) for node in list(parents)}


def _root(parents: dict[N, N], node: N) -> N:
    """Return the root of a node, halving the path for later calls."""
    parents.setdefault(node, node)
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node
