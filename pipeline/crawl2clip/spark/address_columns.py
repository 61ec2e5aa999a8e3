"""The columns that hold addresses, and the removal of users and signatures from them."""

import re
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, DataType, StringType, StructType

from crawl2clip.io.redaction import without_signatures

# `warc_file` names an archive; the others lead to pictures and pages.
OF_THE_WEB = ("url", "url_raw", "canonical_url", "page_url", "licence")
ADDRESSES = (*OF_THE_WEB, "warc_file")
CANDIDATES = "url_candidates"

# As `redaction.link_without_user` has it, of all that browsers take for an address.
_SCHEME = r"[a-z][a-z0-9+.\t\r\n-]*:[/\\]{2,}|https?:[/\\]*|[/\\]{2,}"
_USER = rf"(?i)^([\x00-\x20]*(?:{_SCHEME}))[^/\\?#]*@"
_USER_IN_TEXT = r"(?i)([a-z][a-z0-9+.-]*://)[^/?#\s]*@"


def without_users(pairs: DataFrame) -> DataFrame:
    """Return the table without users and passwords in addresses; its uids stay as they are."""
    types = {field.name: field.dataType for field in pairs.schema}
    texts = {name for name, kind in types.items() if isinstance(kind, StringType)}
    changed = {name: _replaced(F.col(name), _USER) for name in ADDRESSES if name in texts}
    if "problem" in texts:
        changed["problem"] = _replaced(F.col("problem"), _USER_IN_TEXT)
    if _are_candidates(types.get(CANDIDATES)):
        changed[CANDIDATES] = F.transform(
            CANDIDATES, lambda each: each.withField("url", _replaced(each["url"], _USER))
        )
    return pairs.withColumns(changed) if changed else pairs


def batch_without_users(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch as `without_users` returns a table: for workers."""
    for name in ADDRESSES:
        if name in batch.schema.names and pa.types.is_string(batch.schema.field(name).type):
            batch = _with(batch, name, _substituted(batch[name], _USER))
    if "problem" in batch.schema.names and pa.types.is_string(batch.schema.field("problem").type):
        batch = _with(batch, "problem", _substituted(batch["problem"], _USER_IN_TEXT))
    if CANDIDATES in batch.schema.names and _have_urls(batch.schema.field(CANDIDATES).type):
        batch = _with(batch, CANDIDATES, _each(batch[CANDIDATES], _candidates_without_users))
    return batch


def _have_urls(kind: pa.DataType) -> bool:
    if not pa.types.is_list(kind) or not pa.types.is_struct(kind.value_type):
        return False
    place = kind.value_type.get_field_index("url")
    return place >= 0 and bool(pa.types.is_string(kind.value_type.field(place).type))


def _candidates_without_users(
    candidates: list[dict[str, object] | None],
) -> list[dict[str, object] | None]:
    return [each and each | {"url": _without_user(each["url"], _USER)} for each in candidates]


def _substituted(texts: pa.StringArray, pattern: str) -> pa.StringArray:
    if not pc.any(pc.match_substring(texts, "@")).as_py():
        return texts
    return _each(texts, lambda text: _without_user(text, pattern))


def _without_user(text: object, pattern: str) -> object:
    """Remove a user like the JVM, whose (?i) and white space are of ASCII alone."""
    if not isinstance(text, str) or "@" not in text:
        return text
    return re.sub(pattern, r"\1", text, flags=re.ASCII)


def _replaced(text: Column, pattern: str) -> Column:
    there = F.contains(text, F.lit("@"))  # most have none, and to look for it is quicker
    return F.when(there, F.regexp_replace(text, pattern, "$1")).otherwise(text)


def _are_candidates(kind: DataType | None) -> bool:
    if not isinstance(kind, ArrayType) or not isinstance(kind.elementType, StructType):
        return False
    return any(
        field.name == "url" and isinstance(field.dataType, StringType) for field in kind.elementType
    )


def without_signing(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return the batch without signatures in the addresses of images and pages."""
    for name in OF_THE_WEB:
        if name in batch.schema.names:
            batch = _with(batch, name, _each(batch[name], without_signatures))
    if CANDIDATES in batch.schema.names:
        batch = _with(batch, CANDIDATES, _each(batch[CANDIDATES], _unsigned_candidates))
    return batch


def _with(batch: pa.RecordBatch, name: str, array: pa.Array) -> pa.RecordBatch:
    return batch.set_column(batch.schema.get_field_index(name), batch.schema.field(name), array)


def _each(array: pa.Array, change: Callable[..., object]) -> pa.Array:
    values = [None if value is None else change(value) for value in array.to_pylist()]
    return pa.array(values, array.type)


def _unsigned_candidates(candidates: list[dict[str, object]]) -> list[dict[str, object]]:
    return [each | {"url": without_signatures(str(each["url"] or ""))} for each in candidates]
