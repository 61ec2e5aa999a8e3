"""Parquet tables as workers read them: cut into parts for tasks, in batches of bounded size.

A table is a folder of Parquet files, as Spark writes it and reads it. Knows nothing of Spark.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

# What a task reads at most, and what opening one more file is worth, in bytes: as Spark has it.
MOST_BYTES = 128 << 20
OPENING_BYTES = 4 << 20

BATCH_ROWS = 10_000
BATCH_BYTES = 64 << 20


@dataclass(frozen=True)
class Slice:
    """Of a file those row groups whose middle lies from byte `start` to before `stop`."""

    path: str
    start: int
    stop: int


def parts_of(folder: str, tasks: int) -> list[list[Slice]]:
    """The table in parts of about equal size, in the order of the names of its files.

    tasks: that can run at a time; a small table is cut into as many parts. Files are listed and not
    opened.
    """
    files, path = fsspec.url_to_fs(folder)
    files.invalidate_cache()  # others have written there since it was last asked
    sizes = {
        files.unstrip_protocol(name): int(about["size"])
        for name, about in sorted(files.find(path, detail=True).items())
        if PurePosixPath(name).suffix == ".parquet" and PurePosixPath(name).name[0] not in "._"
    }
    whole = sum(sizes.values()) + OPENING_BYTES * len(sizes)
    most = min(MOST_BYTES, max(OPENING_BYTES, whole // max(1, tasks)))
    return list(_packed(_cut(sizes, most), most))


def _cut(sizes: dict[str, int], most: int) -> Iterator[Slice]:
    for path, size in sizes.items():
        for start in range(0, size, most):
            yield Slice(path, start, min(start + most, size))


def _packed(slices: Iterable[Slice], most: int) -> Iterator[list[Slice]]:
    part: list[Slice] = []
    held = 0
    for one in slices:
        size = one.stop - one.start + OPENING_BYTES
        if part and held + size > most:
            yield part
            part, held = [], 0
        part.append(one)
        held += size
    if part:
        yield part


def read_slices(slices: Iterable[Slice], schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    """The rows in their order, with the columns of the schema, in batches of bounded size."""
    for one in slices:
        files, name = fsspec.url_to_fs(one.path)
        with pq.ParquetFile(name, filesystem=files, coerce_int96_timestamp_unit="us") as file:
            for group in _groups(file.metadata, one):
                about = file.metadata.row_group(group)
                a_row = about.total_byte_size // max(1, about.num_rows) + 1
                rows = max(1, min(BATCH_ROWS, BATCH_BYTES // a_row))
                for batch in file.iter_batches(rows, [group], schema.names, use_threads=False):
                    yield fitted(batch, schema)


def _groups(metadata: pq.FileMetaData, one: Slice) -> Iterator[int]:
    for group in range(metadata.num_row_groups):
        columns = metadata.row_group(group)
        first = columns.column(0)
        start = first.dictionary_page_offset or first.data_page_offset
        size = sum(columns.column(n).total_compressed_size for n in range(columns.num_columns))
        if one.start <= start + size // 2 < one.stop:
            yield group


def fitted(batch: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    """The batch with exactly these columns. Raises KeyError for one that is missing."""
    chosen = batch.select(schema.names)
    return chosen if chosen.schema.equals(schema) else chosen.cast(schema)
