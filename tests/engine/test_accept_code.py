"""Code that has changed since a job was done: it runs again, unless the user accepts the table."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.cli.spark_submit import job_main, outcome
from crawl2clip.compare.run_loading import jobs_in_order
from crawl2clip.engine import code_closure, fingerprint
from crawl2clip.engine.code_closure import Package
from crawl2clip.engine.job_report import read_report
from crawl2clip.engine.run import Run, begin_again, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import recipe_of

HINT = "; --accept-code would have taken the table as it is"


def run_of(folder: Path, min_words: int = 3) -> Run:
    jobs: dict[str, list[object]] = {
        "filter": [{"caption_length": {"min_words": min_words}}],
        "dedup": [{"drop_duplicates": ["text"]}],
    }
    recipe = recipe_of({"recipe": "r", "jobs": jobs}, "r.yaml")
    return Run(recipe, Source(str(folder / "pairs.parquet")), str(folder / "run"))


@pytest.fixture
def done(spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """A run done before the code of the tokenizer changed, which `caption_length` runs."""
    rows = [("http://x.example/1", "a red dog"), ("http://x.example/2", "a dog")]
    spark.createDataFrame(rows, "url STRING, text STRING").write.parquet(
        str(tmp_path / "pairs.parquet")
    )
    run = run_of(tmp_path)
    for job in run.recipe.jobs:
        run_job(spark, run, job)
    root = code_closure.own_package().root
    later = tmp_path / root.name
    shutil.copytree(root, later, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    changed = later / "filter" / "frequency" / "tokenizer.py"
    changed.write_text(f"{changed.read_text('utf-8')}\nmore = 1\n", "utf-8")
    monkeypatch.setattr(code_closure, "own_package", lambda: Package(later))
    return run


def again(spark: SparkSession, run: Run, accept_code: bool = False) -> tuple[list[bool], list[str]]:
    """Whether each job was skipped, and what was said, but for which executor runs it."""
    said: list[str] = []
    reports = [run_job(spark, run, job, None, said.append, accept_code) for job in run.recipe.jobs]
    return [report.skipped for report in reports], [s for s in said if " executor: " not in s]


def report_of(run: Run, job: str) -> dict[str, Any]:
    return dict(json.loads(Path(run.folder, f"{job}.json").read_text("utf-8")))


def test_a_job_whose_code_changed_runs_again_and_says_what_and_what_else_could_be(
    spark: SparkSession, done: Run
) -> None:
    assert again(spark, done) == (
        [False, False],
        [
            f"filter: runs again: code has changed: filter/frequency/tokenizer.py{HINT}",
            "dedup: runs again: input filter has changed",
        ],
    )
    assert again(spark, done) == ([True, True], [])
    assert report_of(done, "filter")["accepted"] == []


def test_accepted_code_leaves_all_tables_and_is_asked_once(spark: SparkSession, done: Run) -> None:
    before = {job: report_of(done, job) for job in done.recipe.jobs}
    tables = [Path(done.table(job)).stat().st_mtime_ns for job in done.recipe.jobs]

    skipped, said = again(spark, done, accept_code=True)

    assert (skipped, said) == (
        [True, True],
        ["filter: taken as it is: code has changed: filter/frequency/tokenizer.py"],
    )
    assert again(spark, done) == ([True, True], [])
    assert [Path(done.table(job)).stat().st_mtime_ns for job in done.recipe.jobs] == tables
    after = report_of(done, "filter")
    [accepted] = after["accepted"]
    assert accepted["digest"] == fingerprint.digest(before["filter"]["fingerprint"])
    assert accepted["changes"] == ["code has changed: filter/frequency/tokenizer.py"]
    assert accepted["when"] > after["started"] or accepted["when"][:10] >= after["started"][:10]
    assert after["fingerprint"] == done.fingerprint("filter") != before["filter"]["fingerprint"]
    assert report_of(done, "dedup") == before["dedup"]
    assert [report.job for report in jobs_in_order(done.folder)] == ["filter", "dedup"]
    told = read_report(done.folder, "filter")
    assert told and "other code, accepted" in outcome(run_job(spark, done, "filter"))


def test_a_table_made_anew_after_it_was_accepted_counts_as_another(
    spark: SparkSession, done: Run
) -> None:
    again(spark, done, accept_code=True)
    Path(done.folder, "filter.json").unlink()

    assert again(spark, done, accept_code=True) == (
        [False, False],
        ["dedup: runs again: input filter has changed"],
    )


def test_no_other_change_is_accepted(spark: SparkSession, done: Run, tmp_path: Path) -> None:
    other = run_of(tmp_path, min_words=2)

    skipped, said = again(spark, other, accept_code=True)

    assert skipped == [False, False]
    assert [line.partition(" was ")[0] for line in said] == [
        "filter: runs again: step 1",
        "filter: runs again: code has changed: filter/frequency/tokenizer.py",
        "dedup: runs again: input filter has changed",
    ]


def test_a_job_that_is_begun_again_is_not_accepted(spark: SparkSession, done: Run) -> None:
    begin_again(done, "dedup")

    assert again(spark, done, accept_code=True)[0] == [True, False]


@pytest.mark.parametrize("accept_code", [False, True])
def test_reports_of_an_earlier_release_are_read(
    spark: SparkSession, done: Run, accept_code: bool
) -> None:
    older = report_of(done, "filter")
    for part in ("libraries", "session"):
        del older["fingerprint"][part]
    older["fingerprint"]["code"] = {"kernel": "0" * 32, "filter": "1" * 32}
    del older["accepted"]
    Path(done.folder, "filter.json").write_text(json.dumps(older))
    after = report_of(done, "dedup")
    after["fingerprint"]["input"] = {"filter": fingerprint.digest(older["fingerprint"])}
    Path(done.folder, "dedup.json").write_text(json.dumps(after))

    skipped, said = again(spark, done, accept_code)

    way = "taken as it is" if accept_code else "runs again"
    assert said[0] == f"filter: {way}: {fingerprint.EARLIER_FORM}{'' if accept_code else HINT}"
    assert skipped == [accept_code] * 2


def test_both_command_lines_take_the_option(
    done: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text(
        "recipe: r\njobs:\n  filter: [caption_length: {min_words: 3}]\n"
        "  dedup: [drop_duplicates: [text]]\n"
    )
    where = ["--source", str(tmp_path / "pairs.parquet"), "--run-dir", done.folder]
    before = Path(done.folder, "filter.json").read_text()
    for call in (
        lambda: job_main("filter", ["--recipe", str(recipe), *where, "--accept-code"]),
        lambda: main(["run", str(recipe), *where, "--accept-code"]),
    ):
        Path(done.folder, "filter.json").write_text(before)
        with pytest.raises(SystemExit) as end:
            call()

        assert not end.value.code
        told = capsys.readouterr().err
        assert "filter: taken as it is: code has changed: filter/frequency/tokenizer.py" in told
        assert "filter: done before, with other code, accepted (1 pairs)" in told
