"""The result of an executor: a job's complete table and its counts."""

from dataclasses import dataclass

from pyspark.sql.types import StructType


@dataclass(frozen=True)
class WrittenTable:
    """A table that an executor wrote: pairs at first and after each step; problems by kind."""

    schema: StructType
    pairs: list[int]
    problems: dict[str, int]
