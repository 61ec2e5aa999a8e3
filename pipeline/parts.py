"""Parquet tables that workers read and write themselves, a task a part.

A table is a folder of Parquet files, as Spark writes it and reads it. Knows nothing of Spark.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq

# What a task reads at most, and what opening one more file is worth, in bytes: as Spark has it.
MOST_BYTES = 128 << 20
OPENING_BYTES = 4 << 20

BATCH_ROWS = 10_000
BATCH_BYTES = 64 << 20
GROUP_BYTES = 16 << 20  # of Arrow, from which a row group is made: what the writer holds

# Hardly any two rows have the same: Parquet fills a dictionary with the values only to give it up,
# and the least and the greatest of a row group lead nobody past it.
UNIQUE = (
    *("uid", "cc2dataset_uid", "laion_uid", "metaclip_id"),
    *("url", "url_raw", "canonical_url", "url_candidates.list.element.url"),
    *("text", "text_fixed", "text_clean", "knowledge_text"),
    *("image", "sha256", "sha1", "md5", "phash"),
    *("image_embedding.list.element", "text_embedding.list.element"),
)


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


def begin(folder: str) -> str:
    """Empty the folder, whatever was there; gives the name of this attempt at the table."""
    files, path = fsspec.url_to_fs(folder)
    files.invalidate_cache()
    if files.exists(path):
        files.rm(path, recursive=True)
    files.makedirs(path, exist_ok=True)
    attempt = uuid4().hex
    files.pipe_file(_mark(path, attempt), b"")
    return attempt


def write_part(
    batches: Iterable[pa.RecordBatch], folder: str, attempt: str, number: int, schema: pa.Schema
) -> int:
    """Write `part-<number>.parquet` under a name of its own and rename it when it is whole.

    Gives the number of rows; without rows there is no file. Two tasks may write the same part at a
    time: the first one's stays, the other has the same rows. Readers pass over names that begin
    with `_`. Raises RuntimeError if another attempt at the table has begun, or this one has ended,
    so that a task which outlives its run harms nothing.
    """
    tables = grouped(batches, schema)
    first = next(tables, None)
    if first is None:
        return 0
    files, path = fsspec.url_to_fs(folder)
    partial = f"{path}/_{uuid4().hex}.tmp"
    try:
        with (
            files.open(partial, "wb") as file,
            pq.ParquetWriter(file, schema, **options(schema)) as out,
        ):
            out.write_table(first)
            rows = int(first.num_rows)
            for table in tables:
                out.write_table(table)
                rows += table.num_rows
        files.invalidate_cache()
        if not files.exists(_mark(path, attempt)):
            raise RuntimeError(f"{folder} is no longer being written by this run")
        if not files.exists(_part(path, number)):
            files.mv(partial, _part(path, number))
    finally:  # a killed task must clean up too
        if files.exists(partial):
            files.rm(partial)
    return rows


def finish(folder: str, attempt: str, numbers: Iterable[int], schema: pa.Schema) -> None:
    """See that the parts with these numbers are all there, and that a table without rows is one.

    Raises OSError if one has gone. Clears away what killed tasks left.
    """
    files, path = fsspec.url_to_fs(folder)
    files.invalidate_cache()
    there = {PurePosixPath(name).name for name in files.find(path)}
    lost = [number for number in numbers if PurePosixPath(_part(path, number)).name not in there]
    if lost:
        raise OSError(f"{folder} has lost parts that were written: {lost[:10]}")
    files.rm(_mark(path, attempt))
    for name in there:
        if name.endswith(".tmp"):
            files.rm(f"{path}/{name}")
    if not any(name.endswith(".parquet") for name in there):
        with files.open(_part(path, 0), "wb") as file:
            pq.write_table(schema.empty_table(), file)
    files.pipe_file(f"{path}/_SUCCESS", b"")


def _part(path: str, number: int) -> str:
    return f"{path}/part-{number:05d}.parquet"


def _mark(path: str, attempt: str) -> str:
    return f"{path}/_{attempt}.running"


def grouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """The rows as tables of about GROUP_BYTES."""
    held: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if not batch.num_rows:
            continue
        held.append(fitted(batch, schema))
        size += batch.nbytes
        if size >= GROUP_BYTES:
            yield pa.Table.from_batches(held, schema)
            held, size = [], 0
    if held:
        yield pa.Table.from_batches(held, schema)


def options(schema: pa.Schema) -> dict[str, Any]:
    """For pyarrow's writer, by what is in the columns."""
    repeating = [leaf for field in schema for leaf in _leaves(field.name, field.type)
                 if leaf not in UNIQUE]  # fmt: skip
    return {"compression": "zstd", "use_dictionary": repeating, "write_statistics": repeating}


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """The names that Parquet gives to the columns of a type."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path
