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
from py4j.protocol import Py4JJavaError
from pyspark.sql import Column, DataFrame, Observation, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import StructType

from crawl2clip.engine import fingerprint
from crawl2clip.engine.fingerprint import Fingerprint
from crawl2clip.engine.job_report import JobReport, read_report, versions, write_report
from crawl2clip.engine.source import Source
from crawl2clip.engine.tables import Parts, Written, parts_of_table, write_pairs, write_parts
from crawl2clip.io.redaction import redacted, without_secrets
from crawl2clip.problems import LEFT_OUT, LONGEST_KIND, LOST, MOST_KINDS
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.spark.arrow_step import InWorkers
from crawl2clip.stage import Stage, is_problem, set_run_dir

# Set to false, this has Spark write the tables of all jobs, whatever their steps.
WORKERS_ALONE = "spark.crawl2clip.workersAlone"

Progress = Callable[[SparkSession, str], AbstractContextManager[None]]


@dataclass(frozen=True)
class Run:
    """A recipe, a source and the folder that holds what becomes of them."""

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
        """The report of a job that is done, whatever its fingerprint; None if there is none."""
        return read_report(self.folder, job)

    def fingerprint(self, job: str) -> Fingerprint:
        """Raises RecipeError if the job's input is not there yet."""
        return fingerprint.of_job(self.recipe.jobs[job], self._input_fingerprint(job))

    def _input_fingerprint(self, job: str) -> dict[str, object]:
        before = self._report_before(job)
        if before is None:
            return self._needed_source().fingerprint(self.recipe.read)
        return {before.job: fingerprint.digest(before.fingerprint)}

    def input(self, spark: SparkSession, job: str) -> DataFrame:
        """The pairs that the job starts with: no rows with a problem, but those of the source."""
        before = self._report_before(job)
        if before is None:
            return self._needed_source().pairs(spark, self.recipe.read)
        return without_problems(spark.read.parquet(self.table(before.job)))

    def no_input(self, spark: SparkSession, job: str) -> DataFrame:
        """None of these pairs, and all of their columns; archives are not touched."""
        if self.recipe.before(job) is None:
            return self._needed_source().empty(spark)
        return self.input(spark, job).limit(0)

    def parts(self, spark: SparkSession, job: str) -> Parts | None:
        """The same as `input` for workers that read it themselves; None if they can't."""
        before = self._report_before(job)
        if before is None:
            return self._needed_source().parts(self.recipe.read)
        return parts_of_table(spark, self.table(before.job))

    def _report_before(self, job: str) -> JobReport | None:
        """Of the job whose table this one reads; None if it is the first."""
        before = self.recipe.before(job)
        report = self.report(before) if before else None
        if before and report is None:
            raise RecipeError(
                f"{self.folder}: job {job} reads the table of {before}: run that first"
            )
        return report

    def loss(self, report: JobReport) -> str | None:
        """Why the set is smaller than it should be, for the user; None if it is not."""
        if report.lost_files:
            return f"{report.job}: {report.lost_files} of the listed files could not be read"
        allowed = self.recipe.read.max_problem_share
        if self.recipe.before(report.job) is None and report.problem_share > allowed:
            share = f"{report.problem_share:.2%} of what was read are problems"
            return f"{report.job}: {share}, more than max_problem_share: {allowed}"
        return None

    def _needed_source(self) -> Source:
        if self.source is None:
            first = next(iter(self.recipe.jobs))
            raise RecipeError(f"{self.recipe.name}: job {first} is the first: give it --source")
        return self.source


def without_problems(pairs: DataFrame) -> DataFrame:
    """The rows that are pairs, and no column `problem`: so the next job starts."""
    if "problem" not in pairs.columns:
        return pairs
    return pairs.where("problem is null").drop("problem")


def run_job(
    spark: SparkSession,
    run: Run,
    job: str,
    progress: Progress | None = None,
    say: Callable[[str], None] = lambda line: None,
) -> JobReport:
    """Run one job, or give back its report with `skipped` set if it is done and nothing changed.

    progress: a context to run the Spark job in. say: told in a line each what changed since.
    """
    now = run.fingerprint(job)
    done = run.report(job)
    if done:
        changed = fingerprint.changes(done.fingerprint, now)
        if not changed:
            return replace(done, skipped=True)
        for change in changed:
            say(f"{job}: runs again: {change}")
    _forget(run, job)
    names = ["read", *(redacted(repr(step)) for step in run.recipe.jobs[job])]
    started, clock = datetime.now(UTC), time.monotonic()
    set_run_dir(spark, run.folder)
    with (progress or _silent)(spark, job):
        made = _by_workers(spark, run, job, now, say) or _by_spark(spark, run, job)
    table = spark.read.schema(made.schema).parquet(run.table(job))
    for step in run.recipe.jobs[job]:
        step.finish(table)
    report = JobReport(
        recipe=run.recipe.name,
        job=job,
        table=without_secrets(run.table(job)),
        started=started.isoformat(timespec="seconds"),
        seconds=round(time.monotonic() - clock, 1),
        funnel=[
            {"step": step, "pairs": pairs} for step, pairs in zip(names, made.pairs, strict=True)
        ],
        problems=made.problems,
        fingerprint=now,
        versions=versions(),
        jobs=list(run.recipe.jobs),
    )
    write_report(run.folder, report)
    return report


def _by_spark(spark: SparkSession, run: Run, job: str) -> Written:
    pairs, counts = observed(run.input(spark, job), run.recipe.jobs[job])
    write_pairs(pairs, run.table(job))
    problems = problem_counts(spark.read.schema(pairs.schema).parquet(run.table(job)))
    return Written(pairs.schema, [counted(seen) for seen in counts], problems)


def _by_workers(
    spark: SparkSession, run: Run, job: str, now: Fingerprint, say: Callable[[str], None]
) -> Written | None:
    """None if the job has a step that is not for workers alone; nothing is written then."""
    steps = run.recipe.jobs[job]
    rows = run.parts(spark, job) if spark.conf.get(WORKERS_ALONE, "true") == "true" else None
    if rows is None or any(type(step).in_workers is Stage.in_workers for step in steps):
        return None
    made = _in_workers(run.input(spark, job), steps) if steps else ([], rows.schema)
    if made is None:
        return None
    # Parts are the same under another signature, so that a job goes on where it was stopped.
    named = [redacted(repr(part)) for part in rows.parts]
    plan = fingerprint.digest({**now, "parts": named, "versions": versions()})
    return write_parts(spark, rows, *made, run.table(job), plan, lambda line: say(f"{job}: {line}"))


def _in_workers(
    pairs: DataFrame, steps: tuple[Stage, ...]
) -> tuple[list[InWorkers], StructType] | None:
    """What workers do for each step, and the columns there are in the end."""
    found = []
    for step in steps:
        made = step.in_workers(pairs)
        if made is None:
            return None
        found.append(made)
        pairs = made.table(pairs)
    return found, pairs.schema


def observed(pairs: DataFrame, steps: tuple[Stage, ...]) -> tuple[DataFrame, list[Observation]]:
    """The pairs after all steps; Observations of how many there were at first and after each.

    Counting rides on the write: no second pass. Rows with a problem are not counted.
    """
    counts = []
    for step in (None, *steps):
        pairs = step(pairs) if step else pairs
        seen = Observation()
        pairs = pairs.observe(seen, _number_of_pairs(pairs).alias("pairs"))
        counts.append(seen)
    return pairs, counts


def counted(seen: Observation) -> int:
    """What was observed; 0 where Spark knew beforehand that nothing comes (`where: false`).

    Then it does not run that part of the plan, and has no metrics to give.
    """
    try:
        return int(seen.get["pairs"])
    except Py4JJavaError as error:
        if "PythonSQLUtils$.toPyRow" not in str(error):
            raise
        return 0


def _number_of_pairs(pairs: DataFrame) -> Column:
    if "shard_pairs" in pairs.columns:  # a row is a tar
        return F.coalesce(F.sum("shard_pairs"), F.lit(0))
    return F.count_if(~is_problem(pairs))


def problem_counts(table: DataFrame) -> dict[str, int]:
    """Rows by kind of problem, images if the kind starts with `LEFT_OUT`: lost files, then the most
    frequent. One pass over one column.
    """
    if "problem" not in table.columns:
        return {}
    kind = F.left(F.substring_index("problem", ":", 1), F.lit(LONGEST_KIND)).alias("kind")
    images = F.regexp_extract("problem", f"^{LEFT_OUT}[^:]*: ([0-9]+) ", 1)
    stands_for = F.coalesce(images.try_cast("bigint"), F.lit(1))
    bad = table.where("problem is not null").groupBy(kind)
    kinds = bad.agg(F.sum(stands_for).alias("count"))
    # Lost files first, and then cut: the exit code hangs on them.
    order = (F.col("kind").isin(*LOST).desc(), F.desc("count"), "kind")
    top = kinds.orderBy(*order).limit(MOST_KINDS).collect()
    return {row["kind"]: row["count"] for row in top}


def begin_again(run: Run, job: str) -> None:
    """Have this job and those after it run again, whether anything has changed or not.

    Raises RecipeError if the recipe has no such job.
    """
    run.recipe.before(job)
    jobs = list(run.recipe.jobs)
    for later in jobs[jobs.index(job) :]:
        _forget(run, later)


def _forget(run: Run, job: str) -> None:
    """From here until it is written again the job is not done, whatever stops us."""
    files, path = fsspec.url_to_fs(f"{run.folder.rstrip('/')}/{job}.json")
    if files.exists(path):
        files.rm(path)


def _silent(spark: SparkSession, job: str) -> AbstractContextManager[None]:
    return nullcontext()
