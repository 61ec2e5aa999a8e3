"""Parquet tables of others' making: what fits is taken, what does not is said before a run."""

from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.job_report import JobReport
from crawl2clip.engine.plan import WORKERS_ALONE
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.engine.table_rows import MOST_BYTES
from crawl2clip.engine.table_source import read_table
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


def both_ways(
    spark: SparkSession, path: str, folder: Path, *steps: object
) -> dict[str, tuple[JobReport, DataFrame]]:
    """Reports and tables of a job over the table at `path`, by executor."""
    jobs = {"filter": list(steps)}
    recipe = recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml")
    found = {}
    try:
        for way, alone in {"worker": "true", "Spark": "false"}.items():
            spark.conf.set(WORKERS_ALONE, alone)
            run = Run(recipe, Source(path), str(folder / f"run-{way}"))
            found[way] = run_job(spark, run, "filter"), spark.read.parquet(run.table("filter"))
    finally:
        spark.conf.unset(WORKERS_ALONE)
    return found


def assert_same(found: dict[str, tuple[JobReport, DataFrame]]) -> None:
    (one, rows), (other, expected) = found["worker"], found["Spark"]
    assert rows.schema == expected.schema
    assert rows.count() == expected.count() > 0
    assert rows.exceptAll(expected).isEmpty()
    assert (one.funnel, one.problems) == (other.funnel, other.problems)


def nasty(seed: int, rows: int) -> pa.Table:
    """Bytes that are hardly UTF-8, addresses with users, numbers of other widths."""
    random = Random(seed)
    pieces = [b"a", b"@", b"http://", b"HTTPS:", b"u:p@h.example/", b"//", b"\\", b"/", b"?", b" "]
    pieces += [
        "é犬😀ı\u212a".encode(),
        b"\xff",
        b"\xed\xa0\x80",
        b"\xf0\x9f",
        b"\xc0\xaf",
        b"\n",
        b"\0",
    ]

    def text() -> bytes | None:
        some = b"".join(random.choices(pieces, k=random.randrange(6)))
        return None if random.random() < 0.1 else some

    def one_of(*values: object) -> list[object]:
        return [random.choice(values) for _ in range(rows)]

    addresses = pa.ListArray.from_arrays(
        pa.array(range(rows + 1), pa.int32()),
        pa.StructArray.from_arrays(
            [no_utf8(*(text() for _ in range(rows))), pa.array(one_of(1, None), pa.int32()),
             pa.array(one_of(2.0, None), pa.float64())],
            ["url", "width", "density"],
        ),
    )  # fmt: skip
    return pa.table(
        {
            **{
                name: no_utf8(*(text() for _ in range(rows)))
                for name in ("url", "text", "page_url")
            },
            "problem": no_utf8(*(text() if n % 3 == 0 else None for n in range(rows))),
            "width": pa.array(
                one_of(640, 2**31, -(2**31), -(2**31) - 1, 2**63 - 1, None), pa.int64()
            ),
            "original_bytes": pa.array(one_of(1, -1, None), pa.int16()),
            "keep_prob": pa.array(one_of(0.1, float("nan"), None), pa.float32()),
            "clip_score": pa.array(one_of(0.28, -0.0, None), pa.float64()),
            "warc_date": pa.array(one_of(0, -1, 1_600_000_000_123, None), pa.timestamp("ms")),
            "url_candidates": addresses,
            "tags": pa.ListArray.from_arrays(
                pa.array(range(rows + 1), pa.int32()), no_utf8(*(text() for _ in range(rows)))
            ),
            "likes": pa.array(one_of(1, None), pa.int8()),
        }
    )


@pytest.mark.parametrize("uids", [False, True])
def test_workers_read_a_foreign_table_as_spark_does(
    spark: SparkSession, tmp_path: Path, uids: bool
) -> None:
    (tmp_path / "ours here").mkdir()
    for seed in range(3):
        table = nasty(seed, 300)
        if uids:
            table = table.append_column("uid", pa.array([str(n) for n in range(300)]))
        pq.write_table(table, tmp_path / "ours here" / f"{seed}é.parquet", row_group_size=100)

    found = both_ways(spark, str(tmp_path / "ours here"), tmp_path, {"where": "length(text) > 2"})

    assert_same(found)
    report = found["worker"][0]
    assert (report.executor, found["Spark"][0].executor) == ("worker", "Spark")
    assert report.problems["url is no UTF-8"] > 0
    assert report.problems["width is out of range"] > 0
    assert report.pairs > 0


def test_a_glob_names_the_same_files_for_both(spark: SparkSession, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        pq.write_table(nasty(ord(name), 20), tmp_path / name / "t.parquet")

    found = both_ways(spark, f"{tmp_path}/{{a,c}}/*.parquet", tmp_path)

    assert_same(found)
    assert found["worker"][0].executor == "worker"


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"likes": pa.array([{"a": 1}, None], pa.map_(pa.string(), pa.int8()))}, "map<string,tiny"),
        ({"likes": pa.array([1, 2], pa.decimal128(5, 2))}, "the column likes of type decimal"),
        ({"likes": pa.array([1, 2], pa.uint16())}, "other columns, or types, in pairs.parquet"),
        ({"likes": pa.array(["a", "b"]).dictionary_encode()}, "other columns, or types, in pairs"),
    ],
)
def test_what_arrow_reads_in_another_way_is_read_by_spark(
    spark: SparkSession, tmp_path: Path, columns: dict[str, pa.Array], reason: str
) -> None:
    found = both_ways(spark, written(tmp_path, **columns), tmp_path, {"where": "length(text) > 2"})

    report = found["worker"][0]
    assert report.executor == "Spark"
    assert report.reason.startswith("the source has ")
    assert reason in report.reason
    assert report.pairs > 0


def test_files_of_other_columns_are_read_by_spark(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "t").mkdir()
    pq.write_table(
        pa.table({"url": URLS, "text": ["a", "b"], "n": [1, 2]}), tmp_path / "t/0.parquet"
    )
    pq.write_table(pa.table({"url": URLS, "text": ["c", "d"]}), tmp_path / "t" / "1.parquet")

    found = both_ways(spark, str(tmp_path / "t"), tmp_path)

    assert_same(found)
    assert found["worker"][0].reason.startswith("the source has other columns, or types, in ")
