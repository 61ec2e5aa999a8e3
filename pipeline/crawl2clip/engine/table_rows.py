"""Check rows of tables made by others in workers, as `table_source` does with columns of Spark.

Knows nothing of Spark.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from crawl2clip.engine.parquet_splits import ParquetSplit, read_split
from crawl2clip.io import remote
from crawl2clip.spark.address_columns import batch_without_users

MOST_BYTES = 10_000_000  # of a text, as many as a page has by default; Parquet takes gigabytes


@dataclass(frozen=True)
class ReadForeign:
    """A reader of splits: yields rows with sound types and texts, without users, with their uids.

    given: the columns as the files have them. wanted: their types after, by name.
    """

    given: pa.Schema
    wanted: dict[str, pa.DataType]

    def __call__(self, split: ParquetSplit) -> Iterator[pa.RecordBatch]:
        for batch in read_split(split, self.given, remote.store):
            yield with_uids(batch_without_users(sound_batch(batch, self.wanted)))


def sound_batch(batch: pa.RecordBatch, wanted: dict[str, pa.DataType]) -> pa.RecordBatch:
    """Return the batch with these types, `problem` last: invalid UTF-8 or a misfit becomes one.

    A row that has a problem already keeps it; of several, the first column's counts.
    """
    shown: dict[str, pa.Array] = {}
    problem = pa.nulls(batch.num_rows, pa.string())
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        shown[name], wrong = checked(array, wanted[name])
        for why, bad in wrong.items():
            said = pc.if_else(pc.fill_null(bad, False), f"{name} {why}", None)
            problem = pc.coalesce(problem, said.cast(pa.string()))
    had = shown.pop("problem", pa.nulls(batch.num_rows, pa.string()))
    return pa.RecordBatch.from_pydict({**shown, "problem": pc.coalesce(had, problem)})


def checked(array: pa.Array, wanted: pa.DataType) -> tuple[pa.Array, dict[str, pa.BooleanArray]]:
    """Return the column as it is kept, and the rows where it is wrong, by what is wrong there."""
    if pa.types.is_string(array.type):
        return _checked_texts(array)
    if array.type == wanted:
        return _checked_nested(array) if pa.types.is_nested(array.type) else (array, {})
    if not pa.types.is_int64(array.type):
        return array.cast(wanted), {}
    back = pc.cast(pc.cast(array, wanted, safe=False), array.type)
    fits = pc.equal(back, array)
    value = pc.if_else(fits, array, pa.scalar(None, array.type)).cast(wanted)
    return value, {"is out of range": pc.invert(fits)}


def _checked_texts(texts: pa.StringArray) -> tuple[pa.Array, dict[str, pa.BooleanArray]]:
    long = pc.greater(pc.binary_length(texts), MOST_BYTES)
    valid = _is_valid(texts)
    if valid and not pc.any(long).as_py():
        return texts, {}
    raw = texts.cast(pa.binary()).to_pylist()
    broken = [value is not None and not _is_utf8(value) for value in raw]
    mended = [
        None if value is None or too_long else value.decode("utf-8", "replace")
        for value, too_long in zip(raw, long.to_pylist(), strict=True)
    ]
    wrong = {"is no UTF-8": pa.array(broken, pa.bool_()), "is too long": long}
    return pa.array(mended, pa.string()), wrong


def _checked_nested(array: pa.Array) -> tuple[pa.Array, dict[str, pa.BooleanArray]]:
    if _is_valid(array):
        return array, {}
    readable = pa.array([_is_readable(value) for value in array], pa.bool_())
    return pc.if_else(readable, array, pa.scalar(None, array.type)), {
        "is no UTF-8": pc.invert(readable)
    }


def _is_valid(array: pa.Array) -> bool:
    """Return whether all texts of the array are UTF-8."""
    try:
        array.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _is_readable(value: pa.Scalar) -> bool:
    try:
        value.as_py()
    except UnicodeDecodeError:
        return False
    return True


def with_uids(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch with `uid`, the MD5 of url and text, last, if it has none yet."""
    if "uid" in batch.schema.names:
        return batch
    pairs = zip(batch["url"].to_pylist(), batch["text"].to_pylist(), strict=True)
    return batch.append_column("uid", pa.array([_uid(*pair) for pair in pairs], pa.string()))


def _uid(url: str | None, text: str | None) -> str:
    there = [part for part in (url, text) if part is not None]
    return hashlib.md5("\0".join(there).encode(), usedforsecurity=False).hexdigest()
