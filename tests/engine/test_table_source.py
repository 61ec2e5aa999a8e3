"""Parquet tables of others' making: what fits is taken, what does not is said before a run."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.engine.table_source import MOST_BYTES, read_table
from crawl2clip.recipe import RecipeError, recipe_of

URLS = ["http://a.example/1.jpg", "http://a.example/2.jpg"]


def no_utf8(*values: bytes | None) -> pa.Array:
    """A string column that holds these bytes: Parquet's writers do not look at them."""
    return pa.array(values, pa.binary()).view(pa.string())


def written(folder: Path, **columns: Any) -> str:
    path = str(folder / "pairs.parquet")
    pq.write_table(pa.table({"url": URLS, "text": ["a dog", "a cat"]} | columns), path)
    return path


@pytest.mark.parametrize(
    ("columns", "complaint"),
    [
        ({"text": pa.array([b"a", b"b"])}, "column text is binary, and should be string"),
        ({"url": pa.array([1, 2])}, "column url is bigint, and should be string"),
        ({"text": pa.array([["a"], ["b"]])}, "column text is array<string>, and should be string"),
        ({"problem": pa.array([1, 2])}, "column problem is bigint, and should be string"),
        ({"uid": pa.array([b"a", b"b"])}, "column uid is binary, and should be string"),
        ({"width": pa.array(["1", "2"])}, "column width is string, and should be int"),
        ({"entry_ids": pa.array([[1], [2]])}, "column entry_ids is array<bigint>"),
        ({"clip_score": pa.array(["1", "2"])}, "column clip_score is string"),
        ({"warc_date": pa.array([0, 1], pa.timestamp("ns"))}, "PARQUET_TYPE_ILLEGAL"),
    ],
)
def test_columns_of_another_type_are_refused(
    spark: SparkSession, tmp_path: Path, columns: dict[str, pa.Array], complaint: str
) -> None:
    path = written(tmp_path, **columns)

    with pytest.raises(RecipeError) as refused:
        Source(path).empty(spark)

    assert complaint in str(refused.value)
    assert "\n" not in str(refused.value)


def test_numbers_of_another_width_are_taken(spark: SparkSession, tmp_path: Path) -> None:
    path = written(
        tmp_path,
        width=pa.array([640, 2**40]),
        original_bytes=pa.array([1, 2], pa.int16()),
        clip_score=pa.array([0.28, None]),
        keep_prob=pa.array([0.5, 1], pa.float32()),
        likes=pa.array([1, 2], pa.int8()),
    )

    first, second = sorted(read_table(spark, path).collect(), key=lambda row: row.url)

    assert (first.width, first.original_bytes, first.clip_score) == (640, 1, 0.28)
    assert (first.keep_prob, first.likes, first.problem) == (0.5, 1, None)
    assert (second.width, second.problem) == (None, "width is out of range")


def test_a_text_that_is_no_utf_8_is_a_row_with_its_problem(
    spark: SparkSession, tmp_path: Path
) -> None:
    tags = pa.ListArray.from_arrays([0, 1, 2, 3, 4, 5], no_utf8(b"a", b"a", b"a", b"\xff", b"a"))
    path = str(tmp_path / "pairs.parquet")
    table = {
        "url": no_utf8(b"http://a.example/\xff", *[b"http://a.example/"] * 4),
        "text": no_utf8(b"a dog", b"a\xed\xa0\x80dog", "Käse".encode(), b"a cat", b"\xff"),
        "problem": pa.array([None, None, None, None, "http 404: gone"]),
        "tags": tags,
        "page_title": no_utf8(None, None, None, None, b"b" * (MOST_BYTES + 1)),
    }
    pq.write_table(pa.table(table), path)
    recipe = recipe_of({"recipe": "r", "jobs": {"language": ["detect_language"]}}, "r.yaml")

    report = run_job(spark, Run(recipe, Source(path), str(tmp_path / "run")), "language")

    assert report.pairs == 1
    assert report.problems == {
        "url is no UTF-8": 1,
        "text is no UTF-8": 1,
        "tags is no UTF-8": 1,
        "http 404": 1,
    }
    rows = pq.read_table(tmp_path / "run" / "language").to_pylist()
    assert {row["text"] for row in rows} == {"a dog", "a���dog", "Käse", "a cat", "�"}


@pytest.mark.parametrize("bytes_kept", [0, 4, -20])
def test_a_broken_file_is_refused_before_spark_reads_it(
    spark: SparkSession, tmp_path: Path, capfd: pytest.CaptureFixture[str], bytes_kept: int
) -> None:
    path = Path(written(tmp_path))
    path.write_bytes(path.read_bytes()[:bytes_kept])

    with pytest.raises(RecipeError, match="is no Parquet file"):
        Source(str(path)).empty(spark)
    assert "ERROR" not in capfd.readouterr().err


def test_files_beside_the_tables_are_left_alone(spark: SparkSession, tmp_path: Path) -> None:
    written(tmp_path)
    (tmp_path / "00000_stats.json").write_text("{}")
    (tmp_path / "00000.tar").write_bytes(b"x" * 10_000)

    assert Source(str(tmp_path)).pairs(spark).count() == 2


def test_pairs_without_url_or_text_are_counted_as_they_come(
    spark: SparkSession, tmp_path: Path
) -> None:
    path = written(tmp_path, url=pa.array([None, URLS[0]]), text=pa.array(["a dog", None]))

    rows = Source(path).pairs(spark).collect()

    assert sorted((row.text or "", row.problem) for row in rows) == [("", None), ("a dog", None)]
    assert len({row.uid for row in rows}) == 2
