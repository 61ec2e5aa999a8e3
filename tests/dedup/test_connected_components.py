import random

import networkx as nx
import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.dedup.spark.connected_components import components

Edges = list[tuple[int, int]]
EDGES = "a LONG, b LONG"


def shuffled(edges: Edges, seed: int = 0) -> Edges:
    """The edges in another order, half of them the other way round."""
    chance = random.Random(seed)
    turned = [edge[:: chance.choice([1, -1])] for edge in edges]
    return chance.sample(turned, len(turned))


def renamed(edges: Edges, seed: int = 0) -> Edges:
    """The same graph; which node has which number says nothing about its place."""
    nodes = sorted({node for edge in edges for node in edge})
    new = dict(zip(nodes, random.Random(seed).sample(nodes, len(nodes)), strict=True))
    return [(new[a], new[b]) for a, b in edges]


CHAIN = [(i, i + 1) for i in range(400)]
STAR = [(200, i) for i in range(400) if i != 200]
TREE = [(i, (i - 1) // 2) for i in range(1, 300)]
FOREST = [(i, i + 7) for i in range(500)]  # seven chains
GRAPHS = {
    "a chain": CHAIN,
    "a chain in no order": renamed(CHAIN),
    "a star": STAR,
    "a ring": [*CHAIN, (400, 0)],
    "a tree": renamed(TREE),
    "seven chains": renamed(FOREST),
    "a clique": [(a, b) for a in range(25) for b in range(a)],
    "stars whose tips are one chain": [*STAR, *[(1_000 + i, i) for i in range(0, 400, 2)]],
    "a chain of stars": renamed([(a, 10 * a + i) for a in range(30) for i in range(1, 12)]),
}


def test_every_shape_of_graph_at_once(spark: SparkSession) -> None:
    together: Edges = []
    for number, edges in enumerate(GRAPHS.values()):
        together += [(a + 10_000 * number, b + 10_000 * number) for a, b in edges]
    table = spark.createDataFrame(shuffled(together), EDGES).repartition(3)

    assert found(table) == found(table, few=100_000) == expected(together)


def test_chance_graphs_in_any_order(spark: SparkSession) -> None:
    chance = random.Random(5)
    edges = [(1_000 * graph + chance.randrange(30), 1_000 * graph + chance.randrange(30))
             for graph in range(30) for _ in range(graph)]  # fmt: skip

    for partitions in (1, 4):
        table = spark.createDataFrame(shuffled(edges, partitions), EDGES).repartition(partitions)
        assert found(table) == expected(edges)


def test_nodes_may_be_bytes_and_loops_are_nodes(spark: SparkSession) -> None:
    rows = [(b"\xff", b"\x80"), (b"\x80", b"\x01"), (b"\x02", b"\x02"), (b"\x01", b"\x01")]
    table = spark.createDataFrame(rows, "a BINARY, b BINARY")

    labels = {bytes(row.node): bytes(row.component) for row in components(table, 0).collect()}

    assert labels == {b"\xff": b"\x01", b"\x80": b"\x01", b"\x01": b"\x01", b"\x02": b"\x02"}


def test_a_graph_without_edges(spark: SparkSession) -> None:
    assert found(spark.createDataFrame([], EDGES)) == {}


def test_what_stands_in_the_checkpoint_directory_outlives_executors(
    spark: SparkSession, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("checkpoints")
    context = spark.sparkContext
    context.setCheckpointDir(str(folder))
    try:
        assert found(spark.createDataFrame([(1, 2)], EDGES)) == {1: 1, 2: 1}
        assert list(folder.rglob("part-*"))
    finally:
        context._jsc.sc().setCheckpointDir(None)


def found(table: DataFrame, few: int = 0) -> dict[int, int]:
    rows = components(table, few).collect()
    labels = {row.node: row.component for row in rows}
    assert len(labels) == len(rows), "each node once"
    return labels


def expected(edges: Edges) -> dict[int, int]:
    graph = nx.Graph(edges)
    return {node: min(group) for group in nx.connected_components(graph) for node in group}
