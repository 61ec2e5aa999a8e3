"""What a job starts with: the pairs of the source, or those that the job before it has left."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.source import Source
from crawl2clip.engine.worker_executor import TaskInputs, table_inputs
from crawl2clip.extract.limits.read_settings import Settings


@dataclass(frozen=True)
class TableInput:
    """The table of the job before: its rows that are pairs, without the column `problem`."""

    path: str

    def pairs(self, spark: SparkSession) -> DataFrame:
        """Return the pairs, read lazily."""
        return without_problems(spark.read.parquet(self.path))

    def empty(self, spark: SparkSession) -> DataFrame:
        """Return no pairs, with all columns."""
        return self.pairs(spark).limit(0)

    def task_inputs(self, spark: SparkSession) -> TaskInputs:
        """Return the inputs of tasks that read the pairs themselves."""
        return table_inputs(spark, self.path)


@dataclass(frozen=True)
class SourceInput:
    """The source, with its problems. read: what is read from archives."""

    source: Source
    read: Settings

    def pairs(self, spark: SparkSession) -> DataFrame:
        """Return the pairs, read lazily. Raises RecipeError if there is nothing to read."""
        return self.source.pairs(spark, self.read)

    def empty(self, spark: SparkSession) -> DataFrame:
        """Return no pairs, with all columns; archives are not touched."""
        return self.source.empty(spark)

    def task_inputs(self, spark: SparkSession) -> TaskInputs:
        """Return the inputs of tasks that read the source themselves. Raises NeedsSpark."""
        return self.source.task_inputs(spark, self.read)


JobInput = TableInput | SourceInput


def without_problems(pairs: DataFrame) -> DataFrame:
    """Return the rows that are pairs, without the column `problem`: so the next job starts."""
    if "problem" not in pairs.columns:
        return pairs
    return pairs.where("problem is null").drop("problem")
