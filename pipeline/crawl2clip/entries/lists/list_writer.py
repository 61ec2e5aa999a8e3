"""Assign the ids of a finished list, and write its files and report."""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.entries.lists.language_settings import LanguageSettings
from crawl2clip.entries.lists.list_settings import SOURCES, EntrySettings
from crawl2clip.io.files import replacing, write_atomically
from crawl2clip.io.redaction import public

SCHEMA = pa.schema(
    [
        ("id", pa.int32()),
        ("entry", pa.string()),
        ("sources", pa.list_(pa.string())),
        ("counts", pa.list_(pa.int64())),
        ("pmi", pa.float64()),
    ]
)
REPORT = "entries.json"


@dataclass(frozen=True)
class EntryReport:
    """Report of a finished list.

    sha256: of metadata.json, so of the list with its ids. found: entries per source; new: those
    that no earlier source contains. texts: articles and lines counted. problems: number of each
    kind.
    """

    entries: int
    sha256: str
    found: dict[str, int]
    new: dict[str, int]
    texts: int
    problems: dict[str, int]
    settings: dict[str, Any]


def with_ids(rows: pa.Table, old: Sequence[str]) -> pa.Table:
    """Return the list in the order of its ids: old entries as they were, then the others sorted.

    An old entry that was not found again has no sources.
    """
    place = {entry: i for i, entry in enumerate(rows["entry"].to_pylist())}
    entries = [*old, *sorted(place.keys() - set(old))]
    taken = rows.drop_columns("entry").take(pa.array(map(place.get, entries), pa.int64()))
    taken = taken.add_column(0, "entry", pa.array(entries, pa.string()))
    return taken.add_column(0, "id", pa.array(range(len(entries)), pa.int32())).cast(SCHEMA)


def write_list(
    folder: str,
    table: pa.Table,
    settings: EntrySettings | LanguageSettings,
    counted: Mapping[str, int],
) -> EntryReport:
    """Write the list into the folder, its report last, and return the report.

    counted: the counts of `ReadCounters`, by name.
    """
    data = json.dumps(table["entry"].to_pylist(), ensure_ascii=False).encode()
    sources = [names or () for names in table["sources"].to_pylist()]
    every = Counter(name for names in sources for name in names)
    new = Counter(names[0] for names in sources if names)
    report = EntryReport(
        entries=len(table),
        sha256=hashlib.sha256(data).hexdigest(),
        found={name: every[name] for name in SOURCES},
        new={name: new[name] for name in SOURCES},
        texts=counted.get("texts", 0),
        problems={kind: n for kind, n in counted.items() if n and kind != "texts"},
        settings=public(asdict(settings)),
    )
    write_atomically(f"{folder}/metadata.json", data)
    with replacing(f"{folder}/entries.parquet") as file:
        pq.write_table(table, file, compression="zstd")
    write_atomically(f"{folder}/{REPORT}", json.dumps(asdict(report), indent=2, ensure_ascii=False))
    return report
