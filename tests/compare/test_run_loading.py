"""What is a finished run, told from its reports alone. No table is read."""

import json
from pathlib import Path

import pytest

from crawl2clip.compare.run_loading import jobs_in_order
from crawl2clip.engine import fingerprint
from crawl2clip.engine.job_report import JobReport, write_report
from crawl2clip.recipe import RecipeError


def report(
    job: str, before: JobReport | None = None, recipe: str = "r", jobs: tuple[str, ...] = ()
) -> JobReport:
    source: dict[str, object] = {"source": "w", "content": "0"}
    if before:
        source = {before.job: fingerprint.digest(before.fingerprint)}
    return JobReport(
        recipe=recipe,
        job=job,
        table="",
        started="2025-11-22T02:09:46+00:00",  # of all: they may end within a second
        seconds=0.1,
        funnel=[{"step": "read", "pairs": 1}],
        problems={},
        fingerprint=fingerprint.of_job((), source),
        jobs=list(jobs or (job,)),
    )


def chain(folder: Path, *jobs: str) -> list[JobReport]:
    reports: list[JobReport] = []
    for job in jobs:
        reports.append(report(job, reports[-1] if reports else None, jobs=jobs))
        write_report(str(folder), reports[-1])
    return reports


def test_jobs_are_in_the_order_in_which_they_read_each_other(tmp_path: Path) -> None:
    chain(tmp_path, "shard", "balance", "extract")
    (tmp_path / "entry_counts.json").write_text('{"no": "report"}')
    (tmp_path / "list.json").write_text("[1]")

    assert [one.job for one in jobs_in_order(str(tmp_path))] == ["shard", "balance", "extract"]


def refusal(folder: Path) -> str:
    with pytest.raises(RecipeError) as refused:
        jobs_in_order(str(folder))
    told = str(refused.value)
    assert str(folder) in told
    assert "\n" not in told
    return told


def test_without_a_report_there_is_no_run(tmp_path: Path) -> None:
    assert "no finished run" in refusal(tmp_path)
    assert "no finished run" in refusal(tmp_path / "gone")


def test_a_run_that_was_stopped_is_refused(tmp_path: Path) -> None:
    chain(tmp_path, "extract", "filter", "fetch", "shard")
    (tmp_path / "shard.json").unlink()
    (tmp_path / "fetch.json").unlink()

    assert "fetch, shard did not end after filter; run the recipe to its end" in refusal(tmp_path)


def test_a_job_that_is_older_than_what_it_read_is_refused(tmp_path: Path) -> None:
    extract, *_ = chain(tmp_path, "extract", "filter")
    write_report(str(tmp_path), JobReport(**{**vars(extract), "fingerprint": {
        **extract.fingerprint, "input": {"source": "other"}}}))  # fmt: skip

    assert "extract ran again after filter" in refusal(tmp_path)


def test_a_folder_of_two_recipes_is_refused(tmp_path: Path) -> None:
    extract, *_ = chain(tmp_path, "extract", "filter")
    write_report(str(tmp_path), report("dedup", extract))

    assert "is it one run?" in refusal(tmp_path)

    (tmp_path / "dedup.json").unlink()
    write_report(str(tmp_path), report("filter", extract, recipe="other"))

    assert "several recipes" in refusal(tmp_path)


def test_a_job_whose_reader_lacks_its_source_is_refused(tmp_path: Path) -> None:
    chain(tmp_path, "extract", "filter", "dedup")
    (tmp_path / "filter.json").unlink()

    assert "dedup did not run after the other jobs" in refusal(tmp_path)


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Digests are of the JSON: tuples that became lists must not make a run look stale."""
    first = report("extract")
    told = json.loads(json.dumps({"input": {"source": "w", "read": {"texts": ["alt", "title"]}}}))
    write_report(str(tmp_path), JobReport(**{**vars(first), "fingerprint": told}))
    write_report(
        str(tmp_path),
        JobReport(**{**vars(report("filter")), "fingerprint": {
            "input": {"extract": fingerprint.digest(told)}}}),
    )  # fmt: skip

    assert len(jobs_in_order(str(tmp_path))) == 2
