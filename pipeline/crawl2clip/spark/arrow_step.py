"""What Python workers do with the batches of a step, for Spark's own plans and for jobs without.

Between Parquet and a worker Spark makes rows of columns and columns of rows, and once more on the
way back, which can cost more than the step itself. A job whose every step says what workers do is
therefore done by them alone, from the file that is read to the file that is written (`parts`).
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
from crawl2clip.shared.gc_freeze import settle

Batches = Iterator[pa.RecordBatch]
Work = Callable[[Batches], Batches]
Make = Callable[..., Sequence[pa.Array]]


class NeedsSpark(Exception):  # noqa: N818  # a reason, no error
    """Why only Spark can run a step: a sentence whose subject is the step, "needs a shuffle"."""


@dataclass(frozen=True)
class InWorkers:
    """work: from a task's batches to batches with the columns of `schema`; it is pickled.

    profile: what its tasks ask of Spark beyond what all tasks do, GPUs say.
    """

    work: Work
    schema: StructType
    profile: ResourceProfile | None = None

    def table(self, pairs: DataFrame) -> DataFrame:
        """The same in a plan of Spark's."""
        return map_in_arrow(pairs, self.work, self.schema, self.profile)


def map_in_arrow(
    table: DataFrame, work: Work, schema: StructType | str, profile: ResourceProfile | None
) -> DataFrame:
    """mapInArrow; tasks that ask for a GPU run in worker processes that do nothing else.

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
        """With the new columns last: workers see the inputs alone, and give back no more."""

        @F.arrow_udf(struct(*self.names))  # type: ignore[attr-defined, untyped-decorator]
        def made(batches: Iterator[tuple[pa.Array, ...]]) -> Iterator[pa.Array]:
            with clean_errors():
                make = self.ready()
                for arrays in batches:
                    given = arrays if isinstance(arrays, tuple) else (arrays,)
                    yield pa.StructArray.from_arrays(make(*given), self.names)
                settle()

        found = pairs.withColumn("_made", made(*self.inputs))
        table = found.select(*self._kept(pairs.columns), *(f"_made.{name}" for name in self.names))
        for name, said in self.metadata.items():
            table = table.withMetadata(name, said)
        return table

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """The same for a job that workers do alone."""
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
    """Whether pairs stay, as a worker judges them.

    inputs: the columns that are looked at. verdict: gives, of their arrays, true for the pairs that
    stay; null counts as no. It is pickled.
    """

    inputs: tuple[str, ...]
    verdict: Callable[..., pa.BooleanArray]

    def by_spark(self) -> Column:
        """The verdict in a plan of Spark's."""

        @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
        def judged(batches: Iterator[tuple[pa.Array, ...]]) -> Iterator[pa.Array]:
            for arrays in batches:
                yield self.verdict(*(arrays if isinstance(arrays, tuple) else (arrays,)))

        column: Column = judged(*self.inputs)
        return column

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """The same for a job that workers do alone: problems stay. The inputs must be there."""

        def kept(batches: Batches) -> Batches:
            for batch in batches:
                stays = self.verdict(*(batch[name] for name in self.inputs))
                known = pc.fill_null(stays, False)
                yield batch.filter(pc.or_(known, pc.is_valid(problems_of(batch))))

        pairs.select(*self.inputs)  # which raises AnalysisException for one that is not there
        return InWorkers(kept, pairs.schema)


def problems_of(batch: pa.RecordBatch) -> pa.StringArray:
    """The column `problem`; null in every row where there is none."""
    there = "problem" in batch.schema.names
    return batch["problem"] if there else pa.nulls(batch.num_rows, pa.string())
