"""Steps as functions of Arrow batches, which Spark's plans and jobs of workers alone both run.

Between Parquet and a worker Spark makes rows of columns and columns of rows, and once more on the
way back, which can cost more than the step itself. A job whose every step has such a function is
therefore done by workers alone, from the file that is read to the file that is written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.resource import ResourceProfile
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, StructField, StructType

from crawl2clip.io.redaction import clean_errors, guarded
from crawl2clip.schema import COLUMNS, struct
from crawl2clip.shared.gc_freeze import freeze_loaded_objects

Batches = Iterator[pa.RecordBatch]
Work = Callable[[Batches], Batches]
Make = Callable[..., Sequence[pa.Array]]


class NeedsSpark(Exception):  # noqa: N818  # a reason, no error
    """The reason why only Spark can run a step: a clause about the step, "needs a shuffle"."""


@dataclass(frozen=True)
class InWorkers:
    """The work of a step in Python workers, and the schema of its result.

    work: from a task's batches to batches with the columns of `schema`; it is pickled. profile: the
    resources that its tasks need beyond those of all tasks, such as a GPU.
    """

    work: Work
    schema: StructType
    profile: ResourceProfile | None = None

    def table(self, pairs: DataFrame) -> DataFrame:
        """Return the table that the work makes of these pairs in a Spark plan."""
        return map_in_arrow(pairs, self.work, self.schema, self.profile)


def map_in_arrow(
    table: DataFrame, work: Work, schema: StructType | str, profile: ResourceProfile | None
) -> DataFrame:
    """Call mapInArrow; tasks that need a GPU run in worker processes that do nothing else.

    An executor's idle workers take turns, and so each of a dozen that have done other steps would
    sooner or later hold a model on the GPU. Spark tells kinds of workers apart by environment.
    Errors of the work come out without secrets.
    """
    work = guarded(work)
    if profile is None:
        return table.mapInArrow(work, schema)
    environment: dict[str, str] = table.sparkSession.sparkContext.environment
    environment["CRAWL2CLIP_OWN_WORKERS"] = "1"
    try:
        return table.mapInArrow(work, schema, profile=profile)  # which copies the environment
    finally:
        del environment["CRAWL2CLIP_OWN_WORKERS"]


@dataclass(frozen=True)
class Added:
    """Columns that a worker makes of others.

    ready: called once in each task; gives a function from arrays of `inputs` to one array for each
    of `names`. metadata: of the new columns, by name.
    """

    inputs: tuple[str, ...]
    names: tuple[str, ...]
    ready: Callable[[], Make]
    metadata: Mapping[str, dict[str, str]] = field(default_factory=dict)

    def by_spark(self, pairs: DataFrame) -> DataFrame:
        """Return the table with the new columns last; only the inputs go to Python workers."""

        @F.arrow_udf(struct(*self.names))  # type: ignore[attr-defined, untyped-decorator]
        def made(batches: Iterator[tuple[pa.Array, ...]]) -> Iterator[pa.Array]:
            with clean_errors():
                make = self.ready()
                for arrays in batches:
                    given = arrays if isinstance(arrays, tuple) else (arrays,)
                    yield pa.StructArray.from_arrays(make(*given), self.names)
                freeze_loaded_objects()

        found = pairs.withColumn("_made", made(*self.inputs))
        table = found.select(*self._kept(pairs.columns), *(f"_made.{name}" for name in self.names))
        for name, said in self.metadata.items():
            table = table.withMetadata(name, said)
        return table

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """Return the work that adds the columns, last, in a job that workers do alone.

        Raises AnalysisException for an input that is not there.
        """
        pairs.select(*self.inputs)  # which raises AnalysisException for one that is not there
        kept = self._kept(pairs.columns)
        fields = [StructField(n, COLUMNS[n][0], metadata=self.metadata.get(n)) for n in self.names]
        return InWorkers(self._work(kept), StructType([*pairs.select(*kept).schema, *fields]))

    def _work(self, kept: Sequence[str]) -> Work:
        def work(batches: Batches) -> Batches:
            make = self.ready()
            for batch in batches:
                made = make(*(batch[name] for name in self.inputs))
                yield pa.RecordBatch.from_arrays(
                    [*(batch[name] for name in kept), *made], names=[*kept, *self.names]
                )

        return work

    def _kept(self, columns: Sequence[str]) -> list[str]:
        return [name for name in columns if name not in self.names]


@dataclass(frozen=True)
class Judged:
    """A verdict of a worker on which pairs stay.

    inputs: the columns that are looked at. verdict: gives, of their arrays, true for the pairs that
    stay; null counts as no. It is pickled.
    """

    inputs: tuple[str, ...]
    verdict: Callable[..., pa.BooleanArray]

    def by_spark(self) -> Column:
        """Return the verdict as a column in a Spark plan."""

        @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
        def judged(batches: Iterator[tuple[pa.Array, ...]]) -> Iterator[pa.Array]:
            for arrays in batches:
                yield self.verdict(*(arrays if isinstance(arrays, tuple) else (arrays,)))

        column: Column = judged(*self.inputs)
        return column

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """Return the work that drops pairs in a job that workers do alone; problems stay.

        Raises AnalysisException for an input that is not there.
        """

        def kept(batches: Batches) -> Batches:
            for batch in batches:
                stays = self.verdict(*(batch[name] for name in self.inputs))
                known = pc.fill_null(stays, False)
                yield batch.filter(pc.or_(known, pc.is_valid(problems_of(batch))))

        pairs.select(*self.inputs)  # which raises AnalysisException for one that is not there
        return InWorkers(kept, pairs.schema)


def problems_of(batch: pa.RecordBatch) -> pa.StringArray:
    """Return the column `problem`; nulls if the batch has none."""
    there = "problem" in batch.schema.names
    return batch["problem"] if there else pa.nulls(batch.num_rows, pa.string())
