from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.dedup.drop_duplicates import DropDuplicates

PAIR = "uid STRING, url STRING, text STRING, page STRING"


def test_keeps_the_smallest_uid_of_equal_pairs(spark: SparkSession) -> None:
    rows = [
        ("b", "u1", "dog", "p1"),
        ("a", "u1", "dog", "p2"),
        ("c", "u1", "cat", "p1"),
        ("d", "u2", "dog", "p1"),
    ]
    pairs = spark.createDataFrame(rows, PAIR)

    assert _uids(pairs.transform(DropDuplicates())) == ["a", "c", "d"]
    assert _uids(pairs.transform(DropDuplicates(by=("text",)))) == ["a", "c"]


def test_null_equals_nothing(spark: SparkSession) -> None:
    pairs = spark.createDataFrame([("a", None, "x", ""), ("b", None, "x", "")], PAIR)

    assert _uids(pairs.transform(DropDuplicates())) == ["a", "b"]


def test_rows_with_a_problem_stay(spark: SparkSession) -> None:
    rows = [("a", "u", "x", None), ("b", "u", "x", "http 404"), ("c", "u", "x", "http 404")]
    pairs = spark.createDataFrame(rows, "uid STRING, url STRING, text STRING, problem STRING")

    assert _uids(pairs.transform(DropDuplicates())) == ["a", "b", "c"]


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(*[st.sampled_from("ab")] * 4), max_size=30),
    partitions=st.integers(1, 7),
)
def test_neither_order_nor_partitions_change_what_stays(
    spark: SparkSession, rows: list[tuple[str, ...]], partitions: int
) -> None:
    ordered = spark.createDataFrame(rows, PAIR).coalesce(1)
    spread = spark.createDataFrame(rows[::-1], PAIR).repartition(partitions)
    once = DropDuplicates()(ordered)

    assert _rows(once) == _rows(DropDuplicates()(spread))
    assert _rows(once) == _rows(DropDuplicates()(once)), "a second time drops nothing more"
    assert len(_rows(once)) == len({row[1:3] for row in rows})


def test_a_key_that_a_third_of_the_rows_share_is_cut_before_the_shuffle(
    spark: SparkSession,
) -> None:
    pairs = spark.range(10_000).select(
        F.md5(F.col("id").cast("string")).alias("uid"),
        F.when(F.col("id") % 3 == 0, F.lit("hot"))
        .otherwise(F.col("id").cast("string"))
        .alias("url"),
        F.lit("dog").alias("text"),
    )

    kept = DropDuplicates()(pairs)

    assert kept.count() == 6_667  # 10,000 less 3,334 hot ones, plus one of these
    plan = kept._jdf.queryExecution().executedPlan().toString()
    assert plan.rindex("WindowGroupLimit") > plan.index("Exchange"), plan  # printed top down


def _uids(pairs) -> list[str]:  # type: ignore[no-untyped-def]
    return sorted(row.uid for row in pairs.collect())


def _rows(pairs) -> list[tuple[str, ...]]:  # type: ignore[no-untyped-def]
    return sorted(map(tuple, pairs.select("uid", "url", "text", "page").collect()))
