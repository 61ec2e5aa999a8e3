"""Write Parquet tables from workers: the output of each task is a part, a file of its own.

A table is a folder of Parquet files, as Spark writes it and reads it. Knows nothing of Spark.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from uuid import uuid4

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec import AbstractFileSystem

from crawl2clip.engine.parquet_splits import fitted
from crawl2clip.io.files import partial_file

_NOTE = b"crawl2clip"  # where a file keeps what was noted of it

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


def count_parts(folder: str, plan: str) -> int:
    """Return how many parts an interrupted attempt with the same `plan` hash has left."""
    names = _names(*fsspec.url_to_fs(folder))
    parts = [name for name in names if name.startswith("part-")]
    return len(parts) if f"_{plan}.plan" in names else 0


def begin_attempt(folder: str, plan: str) -> str:
    """Remove all files of the table but parts of the same plan; return the name of this attempt.

    plan: a hash of what the table is made of and how; equal plans have equal parts.
    """
    files, path = fsspec.url_to_fs(folder)
    there = _names(files, path)
    if f"_{plan}.plan" in there:
        for name in there:
            if name.endswith(".running"):
                files.rm(f"{path}/{name}")
    else:
        if files.exists(path):
            files.rm(path, recursive=True)
        files.makedirs(path, exist_ok=True)
        files.pipe_file(f"{path}/_{plan}.plan", b"")
    attempt = uuid4().hex
    files.pipe_file(_mark(path, attempt), b"")
    return attempt


def read_note(folder: str, number: int) -> str | None:
    """Return what `write_part` noted in a part; None if the part is not there."""
    files, path = fsspec.url_to_fs(folder)
    if not files.exists(_part(path, number)):
        return None
    with files.open(_part(path, number), "rb") as file:
        return str((pq.read_metadata(file).metadata or {})[_NOTE].decode())


def write_part(
    batches: Iterable[pa.RecordBatch],
    folder: str,
    attempt: str,
    number: int,
    schema: pa.Schema,
    note: Callable[[], str] = str,
) -> int:
    """Write `part-<number>.parquet` under a name of its own and rename it when it is whole.

    Returns the number of rows; without rows there is no file. Two tasks may write the same part at
    a time: the first one's stays, the other has the same rows. Readers pass over names that begin
    with `_`. Raises RuntimeError if another attempt at the table has begun, or this one has ended,
    so that a task which outlives its run harms nothing.

    note: called when all rows have been written; what it says is kept in the file.
    """
    tables = grouped(batches, schema)
    first = next(tables, None)
    if first is None:
        return 0
    files, path = fsspec.url_to_fs(folder)
    with partial_file(files, _part(path, number)) as partial:
        with (
            files.open(partial, "wb") as file,
            pq.ParquetWriter(file, schema, **options(schema)) as out,
        ):
            out.write_table(first)
            rows = int(first.num_rows)
            for table in tables:
                out.write_table(table)
                rows += table.num_rows
            out.add_key_value_metadata({_NOTE: note().encode()})
        files.invalidate_cache()
        if not files.exists(_mark(path, attempt)):
            raise RuntimeError(f"{folder} is no longer being written by this run")
        if not files.exists(_part(path, number)):
            files.mv(partial, _part(path, number))
    return rows


def finish_attempt(folder: str, attempt: str, numbers: Iterable[int], schema: pa.Schema) -> None:
    """Check that all parts with these numbers are there, and mark the table as complete.

    A table without rows gets a part without rows. Files that killed tasks left are removed. Raises
    OSError if a part is missing.
    """
    files, path = fsspec.url_to_fs(folder)
    there = _names(files, path)
    lost = [number for number in numbers if PurePosixPath(_part(path, number)).name not in there]
    if lost:
        raise OSError(f"{folder} has lost parts that were written: {lost[:10]}")
    files.rm(_mark(path, attempt))
    for name in there:
        if name.endswith((".tmp", ".plan")):
            files.rm(f"{path}/{name}")
    if not any(name.endswith(".parquet") for name in there):
        with files.open(_part(path, 0), "wb") as file:
            pq.write_table(schema.empty_table(), file)
    files.pipe_file(f"{path}/_SUCCESS", b"")


def _part(path: str, number: int) -> str:
    return f"{path}/part-{number:05d}.parquet"


def _names(files: AbstractFileSystem, path: str) -> set[str]:
    """List the names of the files in the folder, past any cache; the folder need not exist."""
    files.invalidate_cache()
    return {PurePosixPath(name).name for name in files.find(path)}


def _mark(path: str, attempt: str) -> str:
    return f"{path}/_{attempt}.running"


def grouped(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Yield the rows as tables of about GROUP_BYTES."""
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
    """Return options for pyarrow's writer that suit the columns of the schema."""
    repeating = [leaf for field in schema for leaf in _leaves(field.name, field.type)
                 if leaf not in UNIQUE]  # fmt: skip
    return {"compression": "zstd", "use_dictionary": repeating, "write_statistics": repeating}


def _leaves(path: str, kind: pa.DataType) -> Iterator[str]:
    """Yield the names that Parquet gives to the columns of a type."""
    if pa.types.is_list(kind):
        yield from _leaves(f"{path}.list.element", kind.value_type)
    elif pa.types.is_struct(kind):
        for field in kind:
            yield from _leaves(f"{path}.{field.name}", field.type)
    else:
        yield path
