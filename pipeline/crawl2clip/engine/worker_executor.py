"""The worker executor: Python workers make a table from file to file, and resume part by part.

Spark schedules the tasks and retries them; each task reads its input, puts it through all steps
and writes a part, a Parquet file. No row goes through the JVM.
"""

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

from crawl2clip.engine import parquet_writer
from crawl2clip.engine.parquet_splits import ParquetSplit, read_split, table_splits
from crawl2clip.engine.written_table import WrittenTable
from crawl2clip.problems import foremost, tally
from crawl2clip.shared.gc_freeze import freeze_loaded_objects
from crawl2clip.spark.arrow_step import Batches, InWorkers, Work, map_in_arrow, problems_of
from crawl2clip.stage import Stage

# Where Spark keeps types and comments, and looks for them.
_SPARKS_SCHEMA = "org.apache.spark.sql.parquet.row.metadata"


@dataclass(frozen=True)
class TaskInputs:
    """The inputs of a job's tasks, and how a worker reads one.

    inputs: one for each task, pickled and broadcast. read: yields the batches of one, in a worker.
    schema: of these batches.
    """

    inputs: Sequence[Any]
    read: Callable[[Any], Batches]
    schema: StructType


def table_inputs(spark: SparkSession, path: str) -> TaskInputs:
    """Return the inputs of tasks that read a job's table, without the rows that are a problem."""
    schema = spark.read.parquet(path).schema
    good = StructType([field for field in schema if field.name != "problem"])
    splits = table_splits(path, spark.sparkContext.defaultParallelism)
    return TaskInputs(splits, _ReadPairs(arrow_schema(schema)), good)


@dataclass(frozen=True)
class _ReadPairs:
    schema: pa.Schema

    def __call__(self, split: ParquetSplit) -> Batches:
        has_problems = "problem" in self.schema.names
        for batch in read_split(split, self.schema):
            if has_problems and batch["problem"].null_count < batch.num_rows:
                batch = batch.filter(batch["problem"].is_null())
            yield batch.drop_columns(["problem"]) if has_problems else batch


def works_of(pairs: DataFrame, steps: Sequence[Stage]) -> list[InWorkers]:
    """Return what workers do for each step, one after the other, with these pairs.

    Starts the Spark jobs of steps that count beforehand. Raises NeedsSpark.
    """
    found = []
    for step in steps:
        found.append(step.in_workers(pairs))
        pairs = found[-1].table(pairs)
    return found


def run_on_workers(
    spark: SparkSession,
    rows: TaskInputs,
    steps: Sequence[InWorkers],
    path: str,
    plan: str,
    say: Callable[[str], None] = lambda line: None,
) -> WrittenTable:
    """Write what the steps, one after the other, make of the rows, in place of what is there.

    plan: a hash of all that decides what is written; parts that an interrupted attempt with the
    same plan has left are reused. say: gets a message with their number.
    """
    schema = steps[-1].schema if steps else rows.schema
    there = parquet_writer.count_parts(path, plan)
    if there:
        say(f"resumes where it was stopped: {there:,} of {len(rows.inputs):,} parts are there")
    task = _Task(
        inputs=spark.sparkContext.broadcast(rows.inputs),
        read=rows.read,
        works=tuple(step.work for step in steps),
        path=path,
        attempt=parquet_writer.begin_attempt(path, plan),
        resumed=there > 0,
        schema=arrow_schema(schema),
    )
    number = len(rows.inputs)
    numbers = spark.range(0, number, 1, max(1, number))
    profile = next((step.profile for step in steps if step.profile), None)
    done = map_in_arrow(numbers, task, _COUNTS, profile).collect()  # a row a task
    filled = [row["part"] for row in done if row["part"] is not None]
    parquet_writer.finish_attempt(path, task.attempt, filled, task.schema)
    problems: Counter[str] = Counter()
    for row in done:
        problems.update(row["problems"])
    pairs = [sum(row["pairs"][place] for row in done) for place in range(len(steps) + 1)]
    return WrittenTable(schema, pairs, foremost(problems))


@dataclass(frozen=True)
class _Task:
    """The function for mapInArrow: reads numbers of parts, yields a row of `_COUNTS` for each.

    resumed: whether an earlier attempt has left parts.
    """

    inputs: Broadcast[Sequence[Any]]
    read: Callable[[Any], Batches]
    works: tuple[Work, ...]
    path: str
    attempt: str
    resumed: bool
    schema: pa.Schema

    def __call__(self, batches: Batches) -> Batches:
        for batch in batches:
            for number in batch.column(0).to_pylist():
                yield self._done(number)
                freeze_loaded_objects()

    def _done(self, number: int) -> pa.RecordBatch:
        note = parquet_writer.read_note(self.path, number) if self.resumed else None
        if note:
            return _Counts.of(note).as_batch(number)
        counts = _Counts([0] * (len(self.works) + 1), Counter())
        made = counts.pairs_of(self.read(self.inputs.value[number]), 0)
        for place, work in enumerate(self.works, 1):
            made = counts.pairs_of(work(made), place)
        made = counts.problems_in(made)
        rows = parquet_writer.write_part(
            made, self.path, self.attempt, number, self.schema, counts.as_text
        )
        return counts.as_batch(number if rows else None)


_COUNTS = "part LONG, pairs ARRAY<LONG>, problems MAP<STRING, LONG>"
_COUNTS_TYPES = (pa.int64(), pa.list_(pa.int64()), pa.map_(pa.string(), pa.int64()))


@dataclass(frozen=True)
class _Counts:
    """Counts of a task: pairs at first and after each work, and problems by kind at the end."""

    pairs: list[int]
    problems: Counter[str]

    @classmethod
    def of(cls, text: str) -> _Counts:
        found = json.loads(text)
        return cls(found["pairs"], Counter(found["problems"]))

    def as_text(self) -> str:
        return json.dumps({"pairs": self.pairs, "problems": self.problems})

    def pairs_of(self, batches: Batches, place: int) -> Batches:
        for batch in batches:
            self.pairs[place] += problems_of(batch).null_count
            yield batch

    def problems_in(self, batches: Batches) -> Batches:
        for batch in batches:
            self.problems.update(tally(problems_of(batch).drop_null().to_pylist()))
            yield batch

    def as_batch(self, part: int | None) -> pa.RecordBatch:
        """Return the one row of the task. part: its number, if it has written one."""
        row = part, self.pairs, list(foremost(self.problems).items())
        arrays = [pa.array([value], kind) for value, kind in zip(row, _COUNTS_TYPES, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, ["part", "pairs", "problems"])


def arrow_schema(schema: StructType) -> pa.Schema:
    """Return the schema as Spark would write and read it: nullable, with what columns carry."""
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
