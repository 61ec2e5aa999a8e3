"""The input of a job whose pairs were written by an earlier job."""

from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.worker_executor import TaskInputs, table_inputs


@dataclass(frozen=True)
class TableInput:
    """The table of an earlier job: its rows that are pairs, without the column `problem`."""

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


def without_problems(pairs: DataFrame) -> DataFrame:
    """Return the rows that are pairs, without the column `problem`, as the next job starts."""
    if "problem" not in pairs.columns:
        return pairs
    return pairs.where("problem is null").drop("problem")
