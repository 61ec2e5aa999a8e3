"""Load the sets to compare: a finished run's last table of pairs, or the raw crawl."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import fsspec
from fsspec.implementations.local import make_path_posix
from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine import fingerprint
from crawl2clip.engine.job_input import without_problems
from crawl2clip.engine.job_report import JobReport, read_report
from crawl2clip.io.bounded_json import read_json
from crawl2clip.io.redaction import without_secrets
from crawl2clip.recipe import RecipeError

RAW = "raw"
IDENTITY = {"uid", "url", "text"}
# One bit each in a 64-bit number, up to 2^16 combinations on the driver; a page shows no more.
MOST = 16


@dataclass(frozen=True)
class ComparedRun:
    """A set of pairs to compare. pairs: without problems, with the columns that the job left.

    reports: of the jobs up to this set, or up to the shards, in the order they ran. job: the one
    that wrote the table.
    """

    name: str
    folder: str
    job: str
    reports: tuple[JobReport, ...]
    pairs: DataFrame

    @property
    def crawl(self) -> str:
        """Return a digest of the archives, which runs of the same crawl share."""
        return fingerprint.digest(_source(self.reports[0]))

    @property
    def digest(self) -> str:
        """Return a digest that changes when the table does."""
        of_job = next(report for report in self.reports if report.job == self.job)
        return of_job.digest

    def having(self, *names: str) -> DataFrame | None:
        """Return the pairs if they have these columns, else None."""
        return self.pairs if set(names) <= set(self.pairs.columns) else None


def load_runs(
    spark: SparkSession, folders: Sequence[str], raw: bool = False
) -> tuple[ComparedRun, ...]:
    """Load the runs in the order given; `raw` prepends the table of the first run's first job.

    Raises RecipeError for a folder that holds no finished run.
    """
    places = [folder.rstrip("/") for folder in map(_absolute, folders)]
    if len(set(places)) < len(places):
        raise RecipeError("a run is named twice: each can be compared once")
    if len(places) + raw > MOST:
        raise RecipeError(f"{len(places) + raw} sets are too many to compare: {MOST} at most")
    found = [_load_run(spark, place) for place in places]
    return (*([_raw(spark, found[0])] if raw else []), *_told_apart(found))


def _load_run(spark: SparkSession, folder: str) -> ComparedRun:
    chain = jobs_in_order(folder)
    for report in reversed(chain):
        pairs = _table(spark, folder, report.job)
        if set(pairs.columns) >= IDENTITY:
            return ComparedRun(chain[0].recipe, folder, report.job, tuple(chain), pairs)
    raise RecipeError(f"{folder}: no job left a table with {', '.join(sorted(IDENTITY))}")


def _raw(spark: SparkSession, run: ComparedRun) -> ComparedRun:
    first = run.reports[0]
    pairs = _table(spark, run.folder, first.job)
    if not set(pairs.columns) >= IDENTITY:
        raise RecipeError(f"{run.folder}: the table of {first.job} does not hold pairs")
    return ComparedRun(RAW, run.folder, first.job, (first,), pairs)


def jobs_in_order(folder: str) -> list[JobReport]:
    """Return the reports of a run's jobs, each after the one whose table it read.

    A report names its input, so the order needs no recipe. Raises RecipeError if there is no
    report, if the run was stopped before its last job had ended, or if a table was rewritten after
    a job read it.
    """
    reports = {report.job: report for report in _reports(folder)}
    if not reports:
        raise RecipeError(f"{folder} holds no finished run; crawl2clip run makes one")
    after = {_read(report): report for report in reports.values()}
    chain = [after.pop(None, None)]
    while chain[-1] is not None:
        chain.append(after.pop(chain[-1].job, None))
    found = [report for report in chain if report]
    if after or len(found) < len(reports):
        names = ", ".join(sorted(reports.keys() - {report.job for report in found}))
        raise RecipeError(f"{folder}: {names} did not run after the other jobs: is it one run?")
    _refuse_unfinished(folder, found[-1])
    _refuse_stale(folder, found)
    return found


def _read(report: JobReport) -> str | None:
    """Return the job whose table was read; None for the first."""
    source = _source(report)
    return None if "source" in source else next(iter(source), None)


def _source(report: JobReport) -> dict[str, object]:
    return dict(report.fingerprint.get("input", {}))


def _reports(folder: str) -> list[JobReport]:
    files, path = fsspec.url_to_fs(folder)
    found = []
    for name in sorted(files.glob(f"{path}/*.json")):
        try:
            told = read_json(files.unstrip_protocol(name))
        except ValueError as error:
            raise RecipeError(str(error)) from None
        if isinstance(told, dict) and told.keys() >= {"job", "funnel", "fingerprint"}:
            found.append(read_report(folder, told["job"]))
    return [report for report in found if report]


def _refuse_unfinished(folder: str, last: JobReport) -> None:
    known = last.job in last.jobs  # not in reports of older versions
    to_do = last.jobs[last.jobs.index(last.job) + 1 :] if known else []
    if to_do:
        raise RecipeError(
            f"{folder}: {', '.join(to_do)} did not end after {last.job}; run the recipe to its end"
        )


def _refuse_stale(folder: str, chain: Sequence[JobReport]) -> None:
    if len({report.recipe for report in chain}) > 1:
        raise RecipeError(f"{folder} holds jobs of several recipes; compare folders of one each")
    for before, report in pairwise(chain):
        if _source(report)[before.job] != before.digest:
            raise RecipeError(
                f"{folder}: {before.job} ran again after {report.job}; run the recipe to its end"
            )


def _table(spark: SparkSession, folder: str, job: str) -> DataFrame:
    try:
        return without_problems(spark.read.parquet(f"{folder}/{job}"))
    except AnalysisException:
        raise RecipeError(f"{folder}: the table of {job} is gone; run the recipe again") from None


def _told_apart(found: Sequence[ComparedRun]) -> list[ComparedRun]:
    """Make names unique: the recipe's, with the folder where that is not enough."""
    of_recipe = Counter(run.name for run in found)
    of_recipe[RAW] += 1  # a recipe may be called so too
    return [run if of_recipe[run.name] == 1 else replace(run, name=_long(run)) for run in found]


def _long(run: ComparedRun) -> str:
    return f"{run.name} ({without_secrets(run.folder)})"


def _absolute(folder: str) -> str:
    """Return an absolute path, as executors have another current folder."""
    return folder if "://" in folder else make_path_posix(folder)
