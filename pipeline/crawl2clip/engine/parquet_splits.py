"""Read Parquet tables in workers: cut into splits for tasks, in batches of bounded size.

A table is a folder of Parquet files, as Spark writes it and reads it. Knows nothing of Spark.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

# What a task reads at most, and what opening one more file is worth, in bytes: as Spark has it.
MOST_BYTES = 128 << 20
OPENING_BYTES = 4 << 20

BATCH_ROWS = 10_000
BATCH_BYTES = 64 << 20


@dataclass(frozen=True)
class FileRange:
    """The row groups of a file whose middle lies from byte `start` to before `stop`."""

    path: str
    start: int
    stop: int


ParquetSplit = list[FileRange]  # what one task reads


def table_splits(folder: str, tasks: int) -> list[ParquetSplit]:
    """Return the splits of a table, of about equal size, in the order of the names of its files.

    tasks: that can run at a time; a small table is cut into as many. Files are listed, not opened.
    """
    files, path = fsspec.url_to_fs(folder)
    files.invalidate_cache()  # others have written there since it was last asked
    sizes = {
        files.unstrip_protocol(name): int(about["size"])
        for name, about in sorted(files.find(path, detail=True).items())
        if PurePosixPath(name).suffix == ".parquet" and PurePosixPath(name).name[0] not in "._"
    }
    return file_splits(sizes, tasks)


def file_splits(sizes: Mapping[str, int], tasks: int) -> list[ParquetSplit]:
    """Return the splits of these files, whose sizes are in bytes, in their order."""
    whole = sum(sizes.values()) + OPENING_BYTES * len(sizes)
    most = min(MOST_BYTES, max(OPENING_BYTES, whole // max(1, tasks)))
    return list(_packed(_cut(sizes, most), most))


def _cut(sizes: Mapping[str, int], most: int) -> Iterator[FileRange]:
    for path, size in sizes.items():
        for start in range(0, size, most):
            yield FileRange(path, start, min(start + most, size))


def _packed(ranges: Iterable[FileRange], most: int) -> Iterator[ParquetSplit]:
    split: ParquetSplit = []
    held = 0
    for one in ranges:
        size = one.stop - one.start + OPENING_BYTES
        if split and held + size > most:
            yield split
            split, held = [], 0
        split.append(one)
        held += size
    if split:
        yield split


def read_split(
    split: ParquetSplit,
    schema: pa.Schema,
    locate: Callable[[str], tuple[AbstractFileSystem, str]] = fsspec.url_to_fs,
) -> Iterator[pa.RecordBatch]:
    """Yield the rows in their order, with the schema's columns, in batches of bounded size.

    locate: gives the file system that has a path, and its name there.
    """
    for one in split:
        files, name = locate(one.path)
        with pq.ParquetFile(name, filesystem=files, coerce_int96_timestamp_unit="us") as file:
            for group in _groups(file.metadata, one):
                about = file.metadata.row_group(group)
                a_row = about.total_byte_size // max(1, about.num_rows) + 1
                rows = max(1, min(BATCH_ROWS, BATCH_BYTES // a_row))
                for batch in file.iter_batches(rows, [group], schema.names, use_threads=False):
                    yield fitted(batch, schema)


def _groups(metadata: pq.FileMetaData, one: FileRange) -> Iterator[int]:
    for group in range(metadata.num_row_groups):
        columns = metadata.row_group(group)
        first = columns.column(0)
        start = first.dictionary_page_offset or first.data_page_offset
        size = sum(columns.column(n).total_compressed_size for n in range(columns.num_columns))
        if one.start <= start + size // 2 < one.stop:
            yield group


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """Return the batch with exactly these columns. Raises KeyError if one is missing."""
    chosen = batch.select(schema.names)
    return chosen if chosen.schema.equals(schema) else chosen.cast(schema)
