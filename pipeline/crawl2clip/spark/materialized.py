"""Compute a table once where rounds of joins build on each other."""

from pyspark.sql import DataFrame


def materialized(table: DataFrame) -> DataFrame:
    """Compute the table now, so that what reads it starts from its rows and not from its plan.

    It is kept in Spark's checkpoint directory if the session has one; else on the executors'
    disks, and the job fails if one of them is lost.
    """
    if table.sparkSession.sparkContext.getCheckpointDir():
        return table.checkpoint()
    return table.localCheckpoint()
