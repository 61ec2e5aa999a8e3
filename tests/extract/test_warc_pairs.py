"""The data source: what the plain function gives, one partition for each archive."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.extract import warc_pairs
from crawl2clip.extract.limits.read_settings import Settings, options
from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_archive
from crawl2clip.extract.warc_pairs import COLUMNS, WarcPairs, WarcPairsReader, batches
from crawl2clip.schema import columns
from tests.extract.archives import numbered, record

BAD = (
    "<title>t</title><meta name=robots content=noai><img src='http://[oops' alt=bad>"
    "<img src=/good.jpg srcset='/best.jpg 2x' alt='ä good one 🐶'>"
)


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
    assert [(*row[:7], row.seconds, *map(plain, row[8:-1])) for row in found] == [
        (*row[:7], row.warc_date and int(row.warc_date.timestamp()), *map(plain, row[8:]))
        for row in expected
    ]
    assert [row.problem and row.problem.partition(":")[0] for row in found] == [
        *(None, "bad url", None, None),
        *(None, "truncated record"),
        "missing file",
    ]


def plain(value: object) -> object:
    """Arrays of rows as lists of tuples."""
    return [tuple(each) for each in value] if isinstance(value, (list, tuple)) else value


def test_the_columns_are_those_of_the_schema_in_this_order() -> None:
    assert (
        *("uid", "url", "text", "text_source", "page_url"),
        *("warc_file", "warc_offset", "warc_date", "problem"),
        *("url_raw", "url_source", "url_candidates", "canonical_url", "text_fixed"),
        *("page_title", "heading", "licence", "html_width", "html_height"),
        *("warc_length", "warc_record_id", "opt_out"),
    ) == COLUMNS


def reader(**given: str) -> WarcPairsReader:
    source = WarcPairs(given)
    return source.reader(source.schema())


def test_options_reach_the_reader(crawl: Path) -> None:
    made = reader(source=f"{crawl}/list.txt", base="/data", max_page_bytes="10")

    assert made.settings.max_page_bytes == 10
    assert [part.path for part in made.partitions()] == [
        "/data/0.warc.gz",
        "/data/1.warc.gz",
        "/data/missing.warc.gz",
    ]
    assert reader(source="x").settings == Settings()


def test_settings_survive_the_way_through_options() -> None:
    settings = Settings(
        texts=("title", "alt"), images=("src", "link"), prefer_link=True, max_page_bytes=7
    )

    assert reader(source="x", **options(settings)).settings == settings


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "needs the option source"),
        ({"source": ""}, "needs the option source"),
        ({"source": "x", "max_page_bytes": "10MB"}, "wants a number above 0, not '10MB'"),
        ({"source": "x", "max_page_bytes": "0"}, "wants a number above 0, not 0"),
        ({"source": "x", "texts": "alt,altt"}, "texts wants some of alt, .*, not 'altt'"),
        ({"source": "x", "texts": " "}, "texts wants at least one of alt"),
        ({"source": "x", "texts": "og"}, "images wants og or twitter"),
        ({"source": "x", "prefer_link": "yes"}, "wants true or false, not 'yes'"),
    ],
)
def test_options_that_make_no_sense_are_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        reader(**given)


def test_batches_end_at_so_many_rows_or_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warc_pairs, "BATCH_ROWS", 3)
    monkeypatch.setattr(warc_pairs, "BATCH_BYTES", 1_000)
    long = "x" * 1_000
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
