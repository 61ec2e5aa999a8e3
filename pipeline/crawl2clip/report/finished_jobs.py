"""Load the reports and tables of a run's finished jobs."""

from dataclasses import dataclass

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.job_report import JobReport, read_report
from crawl2clip.recipe import Recipe
from crawl2clip.stage import Stage

GONE = ("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA")


@dataclass(frozen=True)
class FinishedJob:
    """A job of the recipe that has a report; its table may have been deleted to save space."""

    job: str
    steps: tuple[Stage, ...]
    report: JobReport
    table: DataFrame | None

    def having(self, *names: str) -> DataFrame | None:
        """Return the table's rows that are pairs.

        None if it is gone or lacks one of the columns.
        """
        if self.table is None or not set(names) <= set(self.table.columns):
            return None
        if "problem" in self.table.columns:
            return self.table.where("problem is null")
        return self.table


def finished_jobs(spark: SparkSession, recipe: Recipe, folder: str) -> tuple[FinishedJob, ...]:
    """Return the finished jobs in the recipe's order."""
    return tuple(
        FinishedJob(job, steps, report, _table(spark, f"{folder.rstrip('/')}/{job}"))
        for job, steps in recipe.jobs.items()
        if (report := read_report(folder, job))
    )


def _table(spark: SparkSession, path: str) -> DataFrame | None:
    try:
        return spark.read.parquet(path)
    except AnalysisException as error:
        if error.getCondition() not in GONE:
            raise
        return None
