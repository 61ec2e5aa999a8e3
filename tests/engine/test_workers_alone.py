"""Jobs that workers do from file to file give what Spark's own plans give."""

import json
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.errors import PythonException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine import parquet_writer
from crawl2clip.engine.job_report import JobReport
from crawl2clip.engine.plan import WORKERS_ALONE
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import TRIES
from crawl2clip.engine.source import Source
from crawl2clip.engine.worker_executor import TaskInputs, run_on_workers
from crawl2clip.engine.written_table import WrittenTable
from crawl2clip.recipe import Recipe, recipe_of
from crawl2clip.schema import columns
from tests.score.pictures import encoded, rgb
from tests.score.tiny import tiny

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


@pytest.mark.parametrize("job", ["extract", "match"])
def test_a_job_that_was_killed_makes_only_the_parts_that_are_not_there(
    spark: SparkSession, runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, job: str
) -> None:
    whole, reports = runs["workers"]
    before = list(whole.recipe.jobs)[: list(whole.recipe.jobs).index(job)]
    run = Run(whole.recipe, whole.source, str(tmp_path / "run"))
    for name in before:
        shutil.copytree(whole.table(name), run.table(name))
        shutil.copy(f"{whole.folder}/{name}.json", f"{run.folder}/{name}.json")

    with monkeypatch.context() as patch:  # it is killed when all parts are written, and loses one
        patch.setattr(parquet_writer, "finish_attempt", killed)
        with pytest.raises(KeyboardInterrupt):
            run_job(spark, run, job)
    made = sorted(Path(run.table(job)).glob("part-*.parquet"))
    made.pop().unlink()
    kept = {path.name: path.stat().st_ino for path in made}
    said: list[str] = []
    report = run_job(spark, run, job, say=said.append)

    there = f"{job}: resumes where it was stopped: {len(kept)} of "
    assert [line.startswith(there) for line in said[1:]] == [True] * bool(kept)
    assert {name: inode(run, job, name) for name in kept} == kept
    done = next(report for report in reports if report.job == job)
    assert (report.funnel, report.problems) == (done.funnel, done.problems)
    assert Path(run.table(job), "_SUCCESS").exists()
    one, other = (spark.read.parquet(each.table(job)) for each in (whole, run))
    assert one.count() == other.count()
    assert one.exceptAll(other).isEmpty()


def test_no_row_of_a_part_that_is_there_is_read_again(spark: SparkSession, tmp_path: Path) -> None:
    def read(number: int) -> Iterator[pa.RecordBatch]:
        (tmp_path / f"read-{number}-{uuid4().hex}").touch()
        if number == 5 and not (tmp_path / "well").exists():
            time.sleep(1)  # the others end before
            raise RuntimeError("not well")
        yield pa.RecordBatch.from_pydict({"uid": [str(number)]})

    def make() -> WrittenTable:
        rows = TaskInputs(range(6), read, columns("uid"))
        return run_on_workers(spark, rows, [], str(tmp_path / "table"), "plan")

    with pytest.raises(PythonException, match="not well"):
        make()
    (tmp_path / "well").touch()
    written = make()

    assert written.pairs == [6]
    reads = Counter(path.name.split("-")[1] for path in tmp_path.glob("read-*"))
    assert reads == {"0": 1, "1": 1, "2": 1, "3": 1, "4": 1, "5": TRIES + 1}
    found = spark.read.parquet(str(tmp_path / "table")).collect()
    assert sorted(row.uid for row in found) == list("012345")


def test_parts_that_other_settings_left_are_made_anew(
    spark: SparkSession, sample: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, folder = Source(str(sample / "warc" / "*.warc.gz")), str(tmp_path / "run")
    titles = {"recipe": "r", "read": {"texts": ["title"]}, "jobs": {"extract": []}}
    with monkeypatch.context() as patch:
        patch.setattr(parquet_writer, "finish_attempt", killed)
        with pytest.raises(KeyboardInterrupt):
            run_job(spark, Run(recipe_of(titles, "r.yaml"), source, folder), "extract")
    said: list[str] = []

    run_job(spark, Run(recipe(sample / "entries.json"), source, folder), "extract", say=said.append)

    found = spark.read.parquet(f"{folder}/extract").select("text_source").distinct().dropna()
    assert [row.text_source for row in found.collect()] == ["alt"]
    assert said == ["extract: worker executor: rows only pass from file to file"]


def test_a_job_that_scores_and_then_filters_resumes(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(scores(tmp_path), pictures(tmp_path), str(tmp_path / "run"))
    with monkeypatch.context() as patch:  # it is killed when all parts are written, and loses one
        patch.setattr(parquet_writer, "finish_attempt", killed)
        with pytest.raises(KeyboardInterrupt):
            run_job(spark, run, "score")
    first, lost = sorted(Path(run.table("score")).glob("part-*.parquet"))
    kept, said = first.stat().st_ino, list[str]()
    lost.unlink()

    report = run_job(spark, run, "score", say=said.append)

    assert said == [
        "score: worker executor: each of its 2 steps works on one batch of rows at a time",
        "score: resumes where it was stopped: 1 of 2 parts are there",
    ]
    assert first.stat().st_ino == kept, "no picture of this part is scored again"
    assert [step["pairs"] for step in report.funnel] == [24, 22, 12]
    assert report.problems == {"undecodable image": 2}
    spark.conf.set(WORKERS_ALONE, "false")
    try:
        other = Run(scores(tmp_path), pictures(tmp_path), str(tmp_path / "other"))
        by_spark = run_job(spark, other, "score")
    finally:
        spark.conf.unset(WORKERS_ALONE)
    assert (by_spark.funnel, by_spark.problems) == (report.funnel, report.problems)
    assert by_spark.executor == "Spark"
    one, two = (spark.read.parquet(each.table("score")) for each in (run, other))
    assert one.schema == two.schema
    assert sorted(row.uid for row in one.collect()) == sorted(row.uid for row in two.collect())


def scores(folder: Path) -> Recipe:
    """A job as LAION's: scores, and then a line drawn by them."""
    model = tiny(folder, "tiny-a")
    named = {"model": model.name, "weights": model.weights, "model_config": model.config}
    line = "if(length(text) > 6, clip_score >= 2, clip_score >= -1.5)"
    jobs = {"score": [{"score_clip": named}, {"where": line}]}
    return recipe_of({"recipe": "r", "read": {"max_problem_share": 1.0}, "jobs": jobs}, "r.yaml")


def pictures(folder: Path) -> Source:
    """A table of two files, each of 12 pairs, one of which has no picture in its bytes."""
    (folder / "pictures").mkdir(exist_ok=True)
    for file in range(2):
        numbers = range(12 * file, 12 * file + 12)
        images = [encoded(rgb(40, 50, seed=n), "JPEG") if n % 12 else b"junk" for n in numbers]
        texts = ["a dog" if n % 2 else "a red dog" for n in numbers]
        urls = [f"http://a.example/{n}.jpg" for n in numbers]
        table = pa.table({"url": urls, "text": texts, "image": images})
        pq.write_table(table, folder / "pictures" / f"{file}.parquet")
    return Source(str(folder / "pictures"))


def killed(*_: object) -> None:
    raise KeyboardInterrupt


def inode(run: Run, job: str, name: str) -> int:
    return Path(run.table(job), name).stat().st_ino
