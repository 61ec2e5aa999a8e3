"""Jobs that workers do from file to file give what Spark's own plans give."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from pipeline.job_report import JobReport
from pipeline.recipe import Recipe, recipe_of
from pipeline.run import WORKERS_ALONE, Run, run_job
from pipeline.source import Source

Runs = dict[str, tuple[Run, list[JobReport]]]
WAYS = {"workers": "true", "spark": "false"}


def recipe(entries: Path) -> Recipe:
    jobs = {
        "extract": [],
        "language": ["detect_language"],
        "match": [{"match_entries": str(entries)}, "drop_unmatched"],
        "balance": [{"balance_entries": {"t": 2, "seed": 3}}],
        "dedup": [{"drop_duplicates": ["url"]}],
    }
    return recipe_of({"recipe": "r", "read": {"max_problem_share": 1.0}, "jobs": jobs}, "r.yaml")


@pytest.fixture(scope="module")
def runs(
    spark: SparkSession, sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Runs]:
    """The same jobs done in both ways, over the sample's archives and one that is not there."""
    folder = tmp_path_factory.mktemp("ways")
    listed = [*sorted(map(str, (sample / "warc").glob("*.warc.gz"))), str(sample / "gone.warc.gz")]
    (folder / "paths.txt").write_text("\n".join(listed))
    found: Runs = {}
    for way, alone in WAYS.items():
        spark.conf.set(WORKERS_ALONE, alone)
        run = Run(
            recipe(sample / "entries.json"), Source(str(folder / "paths.txt")), f"{folder}/{way}"
        )
        found[way] = run, [run_job(spark, run, job) for job in run.recipe.jobs]
    spark.conf.unset(WORKERS_ALONE)
    yield found


def table(spark: SparkSession, runs: Runs, way: str, job: str) -> DataFrame:
    return spark.read.parquet(runs[way][0].table(job))


def files(runs: Runs, way: str, job: str) -> set[str]:
    return {path.name for path in Path(runs[way][0].table(job)).glob("*.parquet")}


@pytest.mark.parametrize("job", ["extract", "language", "match", "balance", "dedup"])
def test_both_ways_give_the_same_rows_and_columns(
    spark: SparkSession, runs: Runs, job: str
) -> None:
    one, other = (table(spark, runs, way, job) for way in WAYS)

    assert one.schema == other.schema
    assert [field.metadata for field in one.schema] == [field.metadata for field in other.schema]
    assert one.count() == other.count() > 0
    assert one.exceptAll(other).isEmpty()


def test_both_ways_count_the_same(runs: Runs) -> None:
    reports = {way: [(r.funnel, r.problems) for r in made] for way, (_, made) in runs.items()}

    assert reports["workers"] == reports["spark"]
    funnel, problems = reports["workers"][2]
    assert funnel[0]["pairs"] > funnel[2]["pairs"] > 0
    assert problems == {}
    assert next(iter(reports["workers"][0][1])) == "missing file"


def test_only_jobs_of_such_steps_are_done_by_workers_alone(runs: Runs) -> None:
    for job in ("extract", "language", "match", "balance"):
        assert "part-00000.parquet" in files(runs, "workers", job)
        assert "part-00000.parquet" not in files(runs, "spark", job)
    assert "part-00000.parquet" not in files(runs, "workers", "dedup")


def test_an_archive_is_a_file_of_the_table(runs: Runs) -> None:
    assert len(files(runs, "workers", "extract")) == 4


def test_the_counts_of_entries_are_left_in_the_run(runs: Runs) -> None:
    left = [Path(run.folder, "entry_counts.parquet").read_bytes() for run, _ in runs.values()]

    assert left[0] == left[1]


def test_a_done_job_stays_done_whichever_way_did_it(spark: SparkSession, runs: Runs) -> None:
    run, _ = runs["workers"]

    assert all(run_job(spark, run, job).skipped for job in run.recipe.jobs)


def test_a_job_from_which_nothing_comes_leaves_a_table_without_rows(
    spark: SparkSession, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "entries.json").write_text(json.dumps(["no caption says this"]))
    made = recipe(tmp_path / "entries.json")
    run = Run(made, Source(str(sample / "warc" / "*.warc.gz")), str(tmp_path / "run"))

    last = [run_job(spark, run, job) for job in ("extract", "language", "match", "balance")][-1]

    assert [step["pairs"] for step in last.funnel] == [0, 0]
    assert "keep_prob" in spark.read.parquet(last.table).columns
