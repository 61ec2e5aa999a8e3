"""How tables of pairs are written: Parquet, by Spark, or by Python workers from end to end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import pyarrow as pa
from pyspark import Broadcast
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.pandas.types import to_arrow_schema
from pyspark.sql.types import ArrayType, DataType, StructField, StructType

from crawl2clip.engine import parquet_splits
from crawl2clip.engine import parquet_writer as parts
from crawl2clip.problems import foremost, tally
from crawl2clip.shared.gc_freeze import settle
from crawl2clip.spark.arrow_step import Batches, InWorkers, Work, map_in_arrow, problems_of

OPTIONS = {"compression": "zstd"} | {
    f"{setting}#{column}": "false"
    for column in parts.UNIQUE
    for setting in ("parquet.enable.dictionary", "parquet.column.statistics.enabled")
}

# Where Spark keeps types and comments, and looks for them.
_SPARKS_SCHEMA = "org.apache.spark.sql.parquet.row.metadata"


def write_pairs(pairs: DataFrame, path: str) -> None:
    """Write the table in place of what is there.

    Dictionaries and statistics of columns whose values are all different are left out: for the
    table of `extract` they take the JVM a third of its time, and save no byte.
    """
    pairs.write.mode("overwrite").options(**OPTIONS).parquet(path)


@dataclass(frozen=True)
class Written:
    """A table that was written: pairs at first and after each step; problems by kind."""

    schema: StructType
    pairs: list[int]
    problems: dict[str, int]


@dataclass(frozen=True)
class Parts:
    """Rows that workers read themselves, a task a part.

    parts: one for each task, pickled and broadcast. read: the batches of a part. schema: theirs.
    """

    parts: Sequence[Any]
    read: Callable[[Any], Batches]
    schema: StructType


def parts_of_table(spark: SparkSession, path: str) -> Parts:
    """A table that a job has left, without the rows that are a problem and no pair."""
    schema = spark.read.parquet(path).schema
    tasks = spark.sparkContext.defaultParallelism
    good = StructType([field for field in schema if field.name != "problem"])
    return Parts(parquet_splits.parts_of(path, tasks), _Read(arrow_schema(schema)), good)


@dataclass(frozen=True)
class _Read:
    schema: pa.Schema

    def __call__(self, part: list[parquet_splits.Slice]) -> Batches:
        has_problems = "problem" in self.schema.names
        for batch in parquet_splits.read_slices(part, self.schema):
            if has_problems and batch["problem"].null_count < batch.num_rows:
                batch = batch.filter(batch["problem"].is_null())
            yield batch.drop_columns(["problem"]) if has_problems else batch


def write_parts(
    spark: SparkSession,
    rows: Parts,
    steps: Sequence[InWorkers],
    schema: StructType,
    path: str,
    plan: str,
    say: Callable[[str], None] = lambda line: None,
) -> Written:
    """Write what the steps, one after the other, make of the rows, in place of what is there.

    Spark hands out the tasks, a part each, and gets the counts back; no row ever comes to it. What
    an attempt at the same plan has left, a name for all that goes into the table, is not made anew.
    """
    there = parts.there_of(path, plan)
    if there:
        say(f"goes on where it was stopped: {there:,} of {len(rows.parts):,} parts are there")
    task = _Task(
        parts=spark.sparkContext.broadcast(rows.parts),
        read=rows.read,
        works=tuple(step.work for step in steps),
        path=path,
        attempt=parts.begin(path, plan),
        begun=there > 0,
        schema=arrow_schema(schema),
    )
    number = len(rows.parts)
    numbers = spark.range(0, number, 1, max(1, number))
    profile = next((step.profile for step in steps if step.profile), None)
    done = map_in_arrow(numbers, task, _SEEN, profile).collect()  # a row a task
    filled = [row["part"] for row in done if row["part"] is not None]
    parts.finish(path, task.attempt, filled, task.schema)
    problems: Counter[str] = Counter()
    for row in done:
        problems.update(row["problems"])
    pairs = [sum(row["pairs"][place] for row in done) for place in range(len(steps) + 1)]
    return Written(schema, pairs, foremost(problems))


@dataclass(frozen=True)
class _Task:
    """For mapInArrow: numbers of parts in, a row of `_SEEN` for each out."""

    parts: Broadcast[Sequence[Any]]
    read: Callable[[Any], Batches]
    works: tuple[Work, ...]
    path: str
    attempt: str
    begun: bool
    schema: pa.Schema

    def __call__(self, batches: Batches) -> Batches:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield self._done(number)
                settle()

    def _done(self, number: int) -> pa.RecordBatch:
        said = parts.said_of(self.path, number) if self.begun else None
        if said:
            return _Seen.of(said).as_batch(number)
        seen = _Seen([0] * (len(self.works) + 1), Counter())
        made = seen.counted(self.read(self.parts.value[number]), 0)
        for place, work in enumerate(self.works, 1):
            made = seen.counted(work(made), place)
        made = seen.tallied(made)
        filled = parts.write_part(made, self.path, self.attempt, number, self.schema, seen.as_text)
        return seen.as_batch(number if filled else None)


_SEEN = "part LONG, pairs ARRAY<LONG>, problems MAP<STRING, LONG>"
_SEEN_TYPES = (pa.int64(), pa.list_(pa.int64()), pa.map_(pa.string(), pa.int64()))


@dataclass(frozen=True)
class _Seen:
    """What a task has let pass: pairs at first and after each work, problems in the end."""

    pairs: list[int]
    problems: Counter[str]

    @classmethod
    def of(cls, text: str) -> _Seen:
        told = json.loads(text)
        return cls(told["pairs"], Counter(told["problems"]))

    def as_text(self) -> str:
        return json.dumps({"pairs": self.pairs, "problems": self.problems})

    def counted(self, batches: Batches, place: int) -> Batches:
        for batch in batches:
            self.pairs[place] += problems_of(batch).null_count
            yield batch

    def tallied(self, batches: Batches) -> Batches:
        for batch in batches:
            self.problems.update(tally(problems_of(batch).drop_null().to_pylist()))
            yield batch

    def as_batch(self, part: int | None) -> pa.RecordBatch:
        """The one row of the task. part: its number, if it has written one."""
        row = part, self.pairs, list(foremost(self.problems).items())
        arrays = [pa.array([value], kind) for value, kind in zip(row, _SEEN_TYPES, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, ["part", "pairs", "problems"])


def arrow_schema(schema: StructType) -> pa.Schema:
    """As Spark would write it and read it: any value may be null, and what it says of columns."""
    opened = _open(schema)
    arrow = to_arrow_schema(opened, timezone="UTC")
    return arrow.with_metadata({_SPARKS_SCHEMA: opened.json()})


@overload
def _open(kind: StructType) -> StructType: ...
@overload
def _open(kind: DataType) -> DataType: ...
def _open(kind: DataType) -> DataType:
    if isinstance(kind, StructType):
        return StructType([StructField(f.name, _open(f.dataType), metadata=f.metadata)
                           for f in kind])  # fmt: skip
    return ArrayType(_open(kind.elementType)) if isinstance(kind, ArrayType) else kind
