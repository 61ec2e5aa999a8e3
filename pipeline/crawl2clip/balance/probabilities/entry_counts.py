"""Count how many pairs match each entry, in a small table that new crawls add to."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import fsspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.balance.probabilities.keep_probabilities import Counts, Floats
from crawl2clip.io.files import replacing

FILE = "entry_counts.parquet"
SCHEMA = pa.schema([("entry_lang", pa.string()), ("entry_id", pa.int32()), ("pairs", pa.int64())])
ONE_LIST = ""  # stands for the language where there is a single list

Thresholds = Mapping[str, float]


@dataclass(frozen=True)
class EntryCounts:
    """Pairs per entry of each list, by the list's language; ids are indices into the arrays.

    listed: identifies the entry lists, so that counts of different ones are not added; '' if
    unknown. thresholds: the t of each list with which the pairs were balanced, if they were.
    """

    by_lang: Mapping[str, Counts]
    listed: str = ""
    thresholds: Thresholds = field(default_factory=dict)

    @classmethod
    def of(cls, langs: Sequence[str], ids: Counts, pairs: Counts, listed: str = "") -> EntryCounts:
        """Build counts from rows (language, id, pairs), each id at most once per language."""
        names, codes = np.unique(np.asarray(langs, object), return_inverse=True)
        of = {k: _dense(ids[codes == i], pairs[codes == i]) for i, k in enumerate(names.tolist())}
        return cls(of, listed)

    @property
    def flat(self) -> Counts:
        """Return the counts of all lists, one after the other in order of `by_lang`."""
        return np.concatenate([np.zeros(0, np.int64), *self.by_lang.values()])

    @property
    def offsets(self) -> dict[str, int]:
        """Return the index in `flat` at which each list begins."""
        ends = np.cumsum([0, *map(len, self.by_lang.values())])
        return dict(zip(self.by_lang, ends.tolist(), strict=False))

    def spread(self, thresholds: Thresholds) -> Floats:
        """Return each list's threshold for each of its entries, in order of `flat`."""
        return np.concatenate(
            [np.zeros(0), *(np.full(len(c), float(thresholds[k])) for k, c in self.by_lang.items())]
        )

    def __add__(self, other: EntryCounts) -> EntryCounts:
        """Add counts per entry. Raises ValueError if the two are known to use different lists."""
        if self.listed and other.listed and self.listed != other.listed:
            raise ValueError("these counts are of another entry list: their ids mean other entries")
        langs = sorted({*self.by_lang, *other.by_lang})
        none = np.zeros(0, np.int64)
        return EntryCounts(
            {k: _sum(self.by_lang.get(k, none), other.by_lang.get(k, none)) for k in langs},
            self.listed or other.listed,
        )

    def write(self, path: str) -> None:
        """Write a Parquet file of entry_lang, entry_id and pairs, which is never 0."""
        parts = [_rows(lang, counts) for lang, counts in self.by_lang.items()]
        notes = {"listed": self.listed, "thresholds": dict(self.thresholds)}
        schema = SCHEMA.with_metadata({"crawl2clip": json.dumps(notes)})
        table = pa.concat_tables([SCHEMA.empty_table(), *parts]).cast(schema)
        with replacing(path) as file:
            pq.write_table(table, file, compression="zstd")


def read_counts(path: str) -> EntryCounts:
    """Read what `write` wrote, or a table with those columns.

    Raises ValueError if there is none.
    """
    try:
        with fsspec.open(path, "rb") as file:
            table = pq.read_table(file)
    except FileNotFoundError:
        raise ValueError(f"there are no counts {path}; a run leaves them as {FILE}") from None
    except pa.ArrowInvalid:
        raise ValueError(f"{path} is not a Parquet file; runs write {FILE}") from None
    if not set(SCHEMA.names) <= set(table.column_names):
        raise ValueError(f"{path} needs the columns {', '.join(SCHEMA.names)}")
    notes = json.loads((table.schema.metadata or {}).get(b"crawl2clip", b"{}"))
    langs = table["entry_lang"].to_pylist()
    ids, pairs = (table[name].to_numpy().astype(np.int64) for name in SCHEMA.names[1:])
    counts = EntryCounts.of(langs, ids, pairs, notes.get("listed", ""))
    return EntryCounts(counts.by_lang, counts.listed, notes.get("thresholds", {}))


def _dense(ids: Counts, pairs: Counts) -> Counts:
    counts = np.zeros(int(ids.max()) + 1 if len(ids) else 0, np.int64)
    counts[ids] = pairs
    return counts


def _sum(one: Counts, other: Counts) -> Counts:
    longer, shorter = (one, other) if len(one) >= len(other) else (other, one)
    result = longer.copy()
    result[: len(shorter)] += shorter
    return result


def _rows(lang: str, counts: Counts) -> pa.Table:
    ids = np.flatnonzero(counts)
    langs = pa.array([lang]).take(pa.array(np.zeros(len(ids), np.int64)))
    arrays = [langs, pa.array(ids.astype(np.int32)), pa.array(counts[ids])]
    return pa.Table.from_arrays(arrays, schema=SCHEMA)
