"""Who belongs together: connected components of a graph whose edges are a table."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import StructField, StructType

from crawl2clip.dedup.near.union_find import smallest
from crawl2clip.spark.materialized import materialized

# A path of 10^18 nodes is done after far fewer: each round about halves what is left of it.
_MOST_ROUNDS = 100
# So few edges are a matter of a moment for the driver; a round of shuffles is seconds.
_FEW = 100_000
_NO_EDGES: tuple[int, int | None] = (0, None)


def components(edges: DataFrame, few: int = _FEW) -> DataFrame:
    """(node, component) for each node of `edges`, once; the component is its smallest node.

    edges: columns a, b of one type that can be ordered; an edge may stand there often, either way
    round, or be a loop. Alternating large-star and small-star (Kiveris et al. 2014, Connected
    Components in MapReduce and Beyond): O(log^2 n) rounds whatever the graph, and never more edges
    than there were. Each round is two shuffles of the edges, and no more than two numbers come to
    the driver. Up to `few` edges the driver itself looks at. Starts Spark jobs.

    What stands after each round is kept in Spark's checkpoint directory if the session has one;
    else on the executors' disks, and the job fails if one of them is lost.
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
    found = smallest(zip(*(column.to_pylist() for column in table.columns), strict=True))
    kind = edges.schema["a"].dataType
    schema = StructType([StructField("node", kind), StructField("component", kind)])
    return edges.sparkSession.createDataFrame(list(found.items()), schema)


def _large_star(edges: DataFrame) -> DataFrame:
    """Each node ties its larger neighbours to the smallest it knows, itself included."""
    both = edges.union(edges.select(F.col("b").alias("a"), F.col("a").alias("b")))
    smallest = both.groupBy("a").agg(F.least("a", F.min("b")).alias("smallest"))
    larger = edges.join(smallest, "a", how="inner")  # a < b: b are a's larger neighbours
    return larger.select(F.col("smallest").alias("a"), "b").distinct()


def _small_star(edges: DataFrame) -> DataFrame:
    """Each node ties its smaller neighbours, and itself, to the smallest of them."""
    smallest = edges.groupBy("b").agg(F.min("a").alias("smallest"))
    itself = smallest.select(F.col("smallest").alias("a"), "b")
    smaller = edges.join(smallest, "b", how="inner").where("a > smallest")
    return itself.union(
        smaller.select(F.col("smallest").alias("a"), F.col("a").alias("b"))
    ).distinct()


def _digest(edges: DataFrame) -> tuple[int, int | None]:
    """Equal for equal sets of edges."""
    row = edges.agg(F.count("*"), F.bit_xor(F.xxhash64("a", "b"))).first()
    return (0, None) if row is None else (row[0], row[1])


def _labelled(edges: DataFrame, loops: DataFrame) -> DataFrame:
    """Of stars: each node and its centre."""
    leaves = edges.select(F.col("b").alias("node"), F.col("a").alias("component"))
    centres = edges.select(F.col("a").alias("node")).union(loops).distinct()
    # A node that has only a loop is its own; one that is a leaf has its label already.
    alone = centres.join(leaves, "node", how="left_anti")
    return leaves.union(alone.select("node", F.col("node").alias("component")))
