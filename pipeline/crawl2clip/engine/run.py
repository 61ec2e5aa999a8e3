"""Run jobs: read a table, push it through the steps, write the next table, count what stayed.

A run is a folder, local or remote. Job `match` leaves the table `<run>/match/` and, last of all,
`<run>/match.json`: steps, funnel, problems, fingerprint. A job whose report stands there with an
unchanged fingerprint is done. A row with a `problem` ends in the table of the job that met it.
"""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import fsspec
from fsspec.implementations.local import make_path_posix
from pyspark.sql import SparkSession

from crawl2clip.engine import fingerprint
from crawl2clip.engine.fingerprint import Fingerprint
from crawl2clip.engine.job_input import TableInput
from crawl2clip.engine.job_report import JobReport, accept, read_report, versions, write_report
from crawl2clip.engine.plan import JobPlan, plan_job
from crawl2clip.engine.session import OF_RESULTS
from crawl2clip.engine.source import Source, SourceInput
from crawl2clip.engine.spark_executor import run_on_spark
from crawl2clip.engine.worker_executor import run_on_workers, works_of
from crawl2clip.engine.written_table import WrittenTable
from crawl2clip.io.redaction import redacted, without_secrets
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.shared.run_context import RunContext
from crawl2clip.stage import Stage

Progress = Callable[[SparkSession, str], AbstractContextManager[None]]
Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """A recipe, a source, and the folder that holds the tables and reports made of them."""

    recipe: Recipe
    source: Source | None
    folder: str

    def __post_init__(self) -> None:
        # Executors write there too, and their current folder is another one.
        if "://" not in self.folder:
            object.__setattr__(self, "folder", make_path_posix(self.folder))

    def table(self, job: str) -> str:
        return f"{self.folder.rstrip('/')}/{job}"

    def report(self, job: str) -> JobReport | None:
        """Return the report of a job that is done, whatever its fingerprint; else None."""
        return read_report(self.folder, job)

    def fingerprint(self, job: str) -> Fingerprint:
        """Return the job's fingerprint now. Raises RecipeError if its input is not there yet."""
        source = self._input_fingerprint(job)
        reader, columns = self._input_code(job)
        modules = {*reader, *(function.__module__ for function in _EXECUTORS)}
        return fingerprint.of_job(self.recipe.jobs[job], source, modules, columns, OF_RESULTS)

    def _input_fingerprint(self, job: str) -> dict[str, object]:
        before = self._report_before(job)
        if before is None:
            return self._needed_source().fingerprint(self.recipe.read)
        return {before.job: before.digest}

    def _input_code(self, job: str) -> tuple[set[str], frozenset[str]]:
        """Return the modules that read what the first job starts with, and a table's columns."""
        if self.recipe.before(job):
            return set(), frozenset()
        module, columns = self._needed_source().read_by()
        return {module}, columns

    def input(self, job: str) -> TableInput | SourceInput:
        """Return the pairs that the job starts with. Raises RecipeError if there are none yet."""
        before = self._report_before(job)
        if before is None:
            return SourceInput(self._needed_source(), self.recipe.read)
        return TableInput(self.table(before.job))

    def steps(self, job: str, writes: bool = True) -> list[Stage]:
        """Return the job's steps as parts of this run; without `writes` they write no files."""
        context = RunContext(self.folder, writes)
        return [step.in_run(context) for step in self.recipe.jobs[job]]

    def _report_before(self, job: str) -> JobReport | None:
        """Return the report of the job whose table this one reads; None if it is the first."""
        before = self.recipe.before(job)
        report = self.report(before) if before else None
        if before and report is None:
            raise RecipeError(
                f"{self.folder}: job {job} reads the table of {before}: run that first"
            )
        return report

    def _needed_source(self) -> Source:
        if self.source is None:
            first = next(iter(self.recipe.jobs))
            raise RecipeError(f"{self.recipe.name}: job {first} is the first: give it --source")
        return self.source


def run_job(
    spark: SparkSession,
    run: Run,
    job: str,
    progress: Progress | None = None,
    say: Say = lambda line: None,
    accept_code: bool = False,
) -> JobReport:
    """Run one job, or return its report with `skipped` set if it is done and nothing changed.

    progress: a context to run the Spark job in. say: gets messages of one line: what changed
    since, and which executor runs the job. accept_code: accept the table that is there if nothing
    but code has changed.
    """
    now = run.fingerprint(job)
    taken = _taken(run, job, now, say, accept_code)
    if taken:
        return replace(taken, skipped=True)
    _forget(run, job)
    steps, started, clock = run.steps(job), datetime.now(UTC), time.monotonic()
    with (progress or _silent)(spark, job):
        plan = _shown_plan(spark, run.input(job), steps, lambda line: say(f"{job}: {line}"))
        made = _executed(spark, run, job, plan, now, say)
    _finish(spark, steps, made, run.table(job))
    report = _report(run, job, now, plan, made, started, time.monotonic() - clock)
    write_report(run.folder, report)
    return report


def _shown_plan(
    spark: SparkSession, rows: TableInput | SourceInput, steps: list[Stage], say: Say
) -> JobPlan:
    """Plan the job, and say which executor runs it and what is lost if it is stopped."""
    plan = plan_job(steps, rows.empty(spark), lambda: rows.task_inputs(spark))
    say(str(plan))
    if plan.warning:
        say(plan.warning)
    return plan


def _finish(spark: SparkSession, steps: list[Stage], made: WrittenTable, path: str) -> None:
    """Give the complete table to all steps."""
    table = spark.read.schema(made.schema).parquet(path)
    for step in steps:
        step.finish(table)


def _report(
    run: Run,
    job: str,
    now: Fingerprint,
    plan: JobPlan,
    made: WrittenTable,
    started: datetime,
    seconds: float,
) -> JobReport:
    """Return the report of a job whose table is complete; the funnel names its steps."""
    names = ["read", *(redacted(repr(step)) for step in run.steps(job))]
    return JobReport(
        recipe=run.recipe.name,
        job=job,
        table=without_secrets(run.table(job)),
        started=started.isoformat(timespec="seconds"),
        seconds=round(seconds, 1),
        funnel=[
            {"step": step, "pairs": pairs} for step, pairs in zip(names, made.pairs, strict=True)
        ],
        problems=made.problems,
        fingerprint=now,
        versions=versions(),
        jobs=list(run.recipe.jobs),
        executor=plan.executor,
        reason=plan.reason,
    )


def _taken(run: Run, job: str, now: Fingerprint, say: Say, accept_code: bool) -> JobReport | None:
    """Return the report if the job need not run again; else say why and return None."""
    done = run.report(job)
    if done is None:
        return None
    changed = fingerprint.changes(done.fingerprint, now)
    if not changed:
        return done
    acceptable = fingerprint.of_code_alone(done.fingerprint, now)
    if acceptable and accept_code:
        for change in changed:
            say(f"{done.job}: taken as it is: {change}")
        return accept(run.folder, done, now)
    hint = "; --accept-code would have taken the table as it is" if acceptable else ""
    for change in changed:
        say(f"{done.job}: runs again: {change}{hint}")
    return None


def _executed(
    spark: SparkSession, run: Run, job: str, plan: JobPlan, now: Fingerprint, say: Say
) -> WrittenTable:
    steps, pairs = run.steps(job), run.input(job).pairs(spark)
    if plan.inputs is None:
        return run_on_spark(pairs, steps, run.table(job))
    # Parts are the same under another signature, so that a job resumes where it was stopped.
    named = [redacted(repr(one)) for one in plan.inputs.inputs]
    parts = fingerprint.digest({**now, "parts": named, "versions": versions()})
    works = works_of(pairs, steps)
    return run_on_workers(
        spark, plan.inputs, works, run.table(job), parts, lambda line: say(f"{job}: {line}")
    )


def begin_again(run: Run, job: str) -> None:
    """Make this job and all after it run again, whether anything has changed or not.

    Raises RecipeError if the recipe has no such job.
    """
    run.recipe.require(job)
    jobs = list(run.recipe.jobs)
    for later in jobs[jobs.index(job) :]:
        _forget(run, later)


def _forget(run: Run, job: str) -> None:
    """Remove the report, so that the job is not done until it is written again."""
    files, path = fsspec.url_to_fs(f"{run.folder.rstrip('/')}/{job}.json")
    if files.exists(path):
        files.rm(path)


def _silent(spark: SparkSession, job: str) -> AbstractContextManager[None]:
    return nullcontext()


# They make a job's rows of its steps: their modules, and what these import, are part of each
# fingerprint.
_EXECUTORS = (run_on_spark, run_on_workers, TableInput)
