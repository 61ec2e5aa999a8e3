"""Register the Spark data source `warc_pairs`, which reads archives into rows.

spark.read.format("warc_pairs").option("source", "crawl/*.warc.gz").load()
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, BinaryIO

from pyspark import TaskContext
from pyspark.sql import SparkSession
from pyspark.sql.datasource import DataSource, DataSourceReader, InputPartition
from pyspark.sql.types import StructType

from crawl2clip.extract.isolation import isolated_reader
from crawl2clip.extract.isolation.cpu_limit import CpuLimit
from crawl2clip.extract.limits.read_settings import Settings, from_options
from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_archive, pairs_in_file
from crawl2clip.extract.rows.pair_rows import row_bytes
from crawl2clip.io import manifest
from crawl2clip.io.redaction import clean_errors
from crawl2clip.schema import columns
from crawl2clip.shared.gc_freeze import freeze_loaded_objects

if TYPE_CHECKING:
    import pyarrow as pa

COLUMNS = Row._fields
# A batch ends at so many rows or bytes, whichever comes first.
BATCH_ROWS = 1 << 16
BATCH_BYTES = 8 << 20
# A machine may be lost once or twice; a third failure is blamed on the pages.
TRIES_AT_ONCE = 2


def register(spark: SparkSession) -> None:
    """Register the format `warc_pairs` in the session."""
    spark.dataSource.register(WarcPairs)


class WarcPairs(DataSource):
    """Reads images and their texts from WARC files; what can't be read is a row with its `problem`.

    Options: `source`, anything that `manifest.paths` accepts; `base`, the folder against which the
    relative paths of a list are resolved; and every field of `Settings` by name, lists separated by
    commas: `texts` as `alt,title`. Raises ValueError for a source in which nothing can be read, and
    for invalid settings.

        spark.read.format("warc_pairs").option("source", "crawl/*.warc.gz").load()
    """

    @classmethod
    def name(cls) -> str:
        return "warc_pairs"

    def schema(self) -> StructType:
        return columns(*COLUMNS)

    def reader(self, schema: StructType) -> "WarcPairsReader":
        source = self.options.get("source")
        if not source:
            raise ValueError(
                "warc_pairs needs the option source: a path, a glob or a list of paths"
            )
        return WarcPairsReader(source, self.options.get("base"), from_options(self.options))


@dataclass
class Archive(InputPartition):
    """Names the archive that one task reads; archives are never split."""

    path: str


@dataclass
class WarcPairsReader(DataSourceReader):
    """Plans one partition for each archive, in the order of the source."""

    source: str
    base: str | None
    settings: Settings

    def partitions(self) -> list[Archive]:
        with clean_errors():
            return [Archive(path) for path in manifest.paths(self.source, self.base)]

    def read(self, partition: InputPartition) -> "Iterator[pa.RecordBatch]":
        assert isinstance(partition, Archive)
        return ReadArchive(self.settings)(partition.path)


@dataclass(frozen=True)
class ReadArchive:
    """Reads the rows of one archive in a worker process; an archive is one task."""

    settings: Settings

    def __call__(self, path: str) -> "Iterator[pa.RecordBatch]":
        with clean_errors():
            yield from self._isolated(path) if crashed_before() else self._quickly(path)
        freeze_loaded_objects()

    def _quickly(self, path: str) -> "Iterator[pa.RecordBatch]":
        def read(path: str, file: BinaryIO, settings: Settings) -> Iterator[Row]:
            return pairs_in_file(path, limit.on(file), settings)

        with CpuLimit(self.settings.max_page_seconds) as limit:
            for batch in batches(pairs_in_archive(path, self.settings, read)):
                with limit.lifted():
                    yield batch

    def _isolated(self, path: str) -> "Iterator[pa.RecordBatch]":
        read = partial(isolated_reader.pairs_in_file, prove=_prove)
        yield from batches(pairs_in_archive(path, self.settings, read))


def crashed_before() -> bool:
    """Return whether this task failed `TRIES_AT_ONCE` times: the cause lies in the archive."""
    task = TaskContext.get()
    return task is not None and task.attemptNumber() >= TRIES_AT_ONCE


def _prove(rows: list[Row]) -> None:
    """Build a record batch from the rows, in the child process that reads pages."""
    import pyarrow as pa

    # Other pools reserve more of the address space than a page may take.
    pa.set_memory_pool(pa.system_memory_pool())
    _record_batch(rows)


def batches(rows: Iterator[Row]) -> "Iterator[pa.RecordBatch]":
    """Return the rows in their order, in batches small enough for a worker whatever pages hold."""
    batch: list[Row] = []
    size = 0
    for row in rows:
        batch.append(row)
        size += row_bytes(row)
        if len(batch) >= BATCH_ROWS or size >= BATCH_BYTES:
            yield _record_batch(batch)
            batch, size = [], 0
    if batch:
        yield _record_batch(batch)


def _record_batch(rows: list[Row]) -> "pa.RecordBatch":
    import pyarrow as pa
    from pyspark.sql.pandas.types import to_arrow_schema

    schema = to_arrow_schema(columns(*COLUMNS), timezone="UTC")
    values = zip(*rows, strict=True)
    arrays = [pa.array(column, kind) for column, kind in zip(values, schema.types, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
