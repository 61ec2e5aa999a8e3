"""The data source: what the plain function gives, one partition for each archive."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from pipeline.extract import warc_pairs
from pipeline.extract.warc import Row, pairs_in_archive
from pipeline.extract.warc_pairs import COLUMNS, WarcPairs, WarcPairsReader, batches
from pipeline.schema import columns
from tests.extract.archives import numbered, record

BAD = "<img src='http://[oops' alt=bad><img src=/good.jpg alt='ä good one 🐶'>"


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """Two archives, one of them damaged, and a list that names a third, which is missing."""
    (tmp_path / "0.warc.gz").write_bytes(numbered(1) + record(BAD) + numbered(2))
    (tmp_path / "1.warc.gz").write_bytes(numbered(3) + numbered(4)[:100])
    (tmp_path / "list.txt").write_text("0.warc.gz\n1.warc.gz\nmissing.warc.gz\n")
    return tmp_path


@pytest.mark.spark
def test_gives_the_rows_of_the_plain_function(spark: SparkSession, crawl: Path) -> None:
    warc_pairs.register(spark)
    archives = [str(crawl / name) for name in ("0.warc.gz", "1.warc.gz", "missing.warc.gz")]

    pairs = spark.read.format("warc_pairs").option("source", f"{crawl}/list.txt").load()

    assert pairs.rdd.getNumPartitions() == 3
    assert pairs.schema == columns(*COLUMNS)
    assert pairs.schema["uid"].metadata["comment"]
    found = pairs.withColumn("seconds", F.unix_timestamp("warc_date")).collect()
    expected = [row for path in archives for row in pairs_in_archive(path)]
    assert [(*row[:7], row.seconds, row.problem) for row in found] == [
        (*row[:7], row.warc_date and int(row.warc_date.timestamp()), row.problem)
        for row in expected
    ]
    assert [row.problem and row.problem.partition(":")[0] for row in found] == [
        *(None, "bad url", None, None),
        *(None, "truncated record"),
        "missing file",
    ]


def test_the_columns_are_those_of_the_schema_in_this_order() -> None:
    assert (
        *("uid", "url", "text", "text_source", "page_url"),
        *("warc_file", "warc_offset", "warc_date", "problem"),
    ) == COLUMNS


def reader(**options: str) -> WarcPairsReader:
    source = WarcPairs(options)
    return source.reader(source.schema())


def test_options_reach_the_reader(crawl: Path) -> None:
    made = reader(source=f"{crawl}/list.txt", base="/data", max_page_bytes="10")

    assert made.settings.max_page_bytes == 10
    assert [part.path for part in made.partitions()] == [
        "/data/0.warc.gz",
        "/data/1.warc.gz",
        "/data/missing.warc.gz",
    ]
    assert reader(source="x").settings.max_page_bytes == 10_000_000


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs the option source"),
        ({"source": ""}, "needs the option source"),
        ({"source": "x", "max_page_bytes": "10MB"}, "wants a number of bytes above 0, not '10MB'"),
        ({"source": "x", "max_page_bytes": "0"}, "wants a number of bytes above 0, not '0'"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reader(**options)


def test_batches_end_at_so_many_rows_or_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_pairs, "BATCH_ROWS", 3)
    monkeypatch.setattr(warc_pairs, "BATCH_BYTES", 100)
    long = "x" * 100
    rows = [Row(text=text) for text in ("a", "b", "c", "d", long, "e", long, "f")]

    made = list(batches(iter(rows)))

    assert [batch["text"].to_pylist() for batch in made] == [
        ["a", "b", "c"],
        ["d", long],
        ["e", long],
        ["f"],
    ]
    assert {batch.schema.field("warc_date").type for batch in made} == {
        pa.timestamp("us", tz="UTC")
    }
    assert list(batches(iter([]))) == []
