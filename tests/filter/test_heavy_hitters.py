import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter.spark.heavy_hitters import drop_keys, frequent_keys, hash_of


def of_rows(spark: SparkSession, rows: list[tuple[str, str]], partitions: int) -> DataFrame:
    return spark.createDataFrame(rows, "text STRING, url STRING").repartition(partitions)


VALUE = st.sampled_from("abcd")
ROWS = st.lists(st.tuples(VALUE, st.integers(0, 5).map(str)), min_size=1, max_size=40)


@settings(max_examples=6, deadline=None)
@given(ROWS, st.integers(1, 4), st.integers(1, 5))
def test_counts_are_those_of_sets_whatever_partitions_and_order(
    spark: SparkSession, rows: list[tuple[str, str]], most: int, partitions: int
) -> None:
    others: dict[str, set[str]] = {}
    for text, url in rows:
        others.setdefault(text, set()).add(url)
    pairs = of_rows(spark, rows, partitions)

    kept = drop_keys(
        pairs, hash_of(pairs, "text"), frequent_keys(pairs, "text", "url", most)
    ).collect()

    wanted = sorted(row for row in rows if len(others[row[0]]) <= most)
    assert sorted((row.text, row.url) for row in kept) == wanted


@pytest.fixture(scope="module")
def skewed(spark: SparkSession) -> DataFrame:
    """30 % of 300,000 rows have one text, each another image; every other text has few rows."""
    hot = F.when(F.col("id") % 10 < 3, F.lit("hot")).otherwise(
        (F.col("id") % 15_000).cast("string")
    )
    return spark.range(0, 300_000, 1, 4).select(hot.alias("text"), F.col("id").alias("url"))


def test_no_task_passes_on_more_of_a_hot_key_than_are_counted(skewed: DataFrame) -> None:
    [hot] = frequent_keys(skewed, "text", "url", 20).collect()

    assert hot["key"] == skewed.select(F.xxhash64(F.lit("hot"))).first()[0]
    assert hot["count"] == 4 * 21, "of 90,000: from each of 4 tasks what proves it"


@pytest.mark.parametrize("at_hand", [0, 1, 2, 5, 6, 7, 100])
def test_it_is_the_same_whether_keys_are_at_hand_or_joined(
    spark: SparkSession, at_hand: int
) -> None:
    """Six keys too many: one seen 9 times, two 5 times, three twice."""
    seen = {"a": 9, "b": 5, "c": 5, "d": 2, "e": 2, "f": 2}
    rows = [(name, str(i)) for name, n in seen.items() for i in range(n)]
    pairs = of_rows(spark, [*rows, ("good", "1"), (None, "2"), (None, "3")], 3)
    frequent = frequent_keys(pairs, "text", "url", 1)

    kept = drop_keys(pairs, hash_of(pairs, "text"), frequent, at_hand)

    assert sorted((row.text or "", row.url) for row in kept.collect()) == [
        *[("", "2"), ("", "3")],
        ("good", "1"),
    ]
    assert kept.columns == pairs.columns
