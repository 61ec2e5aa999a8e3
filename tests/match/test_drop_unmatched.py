import pyarrow as pa
from pyspark.sql import SparkSession

from crawl2clip.match.drop_unmatched import DropUnmatched

ROWS = [("both", [3, 5], None), ("none", [], None), ("null", None, None), ("bad", None, "gone: x")]


def test_pairs_with_entries_stay_and_so_do_problems(spark: SparkSession) -> None:
    pairs = spark.createDataFrame(ROWS, "uid STRING, entry_ids ARRAY<INT>, problem STRING")

    for kept in (DropUnmatched()(pairs), DropUnmatched().in_workers(pairs).table(pairs)):
        assert {row.uid for row in kept.collect()} == {"both", "bad"}


def test_a_table_without_problems_needs_no_such_column(spark: SparkSession) -> None:
    pairs = spark.createDataFrame([row[:2] for row in ROWS], "uid STRING, entry_ids ARRAY<INT>")
    batch = pa.RecordBatch.from_pydict(
        {"uid": ["a", "b"], "entry_ids": pa.array([[1], []], pa.list_(pa.int32()))}
    )

    [kept] = DropUnmatched().in_workers(pairs).work(iter([batch]))

    assert kept["uid"].to_pylist() == ["a"]
