"""Pairs of rows that are near, among rows that come sorted by bucket: one pass, little memory."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crawl2clip.dedup.semantic.arrays import Bools, Ints

Near = Callable[[pa.Table, Ints, Ints], Bools]


def near_pairs(
    batches: Iterable[pa.RecordBatch], bucket: list[str], kept: list[str], reach: int, near: Near
) -> Iterator[pa.RecordBatch]:
    """Edges: the columns `kept` of the one row with the suffix _a, then of the other with _b.

    batches: sorted by the columns of `bucket`, cut anywhere. Each row is compared with the `reach`
    that follow it in its bucket, so a bucket of up to reach + 1 rows is compared in full, and one
    of a million rows costs no more for each. near: for a table, whether rows i and j are near.
    """
    carried: pa.Table | None = None
    for batch in batches:
        new = pa.Table.from_batches([batch])
        table = new if carried is None else pa.concat_tables([carried, new]).combine_chunks()
        first, second = _candidates(_numbers(table, bucket), table.num_rows - new.num_rows, reach)
        stays = near(table, first, second)
        yield from _edges(table.select(kept), first[stays], second[stays]).to_batches()
        carried = table.slice(max(0, table.num_rows - reach))


def _numbers(table: pa.Table, bucket: list[str]) -> Ints:
    """The number of each row's bucket, counted from the table's start."""
    differs = np.zeros(max(0, table.num_rows - 1), bool)
    for name in bucket:
        values = table[name].combine_chunks()
        differs |= pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.cumsum(differs)]).astype(np.int64)[: table.num_rows]


def _candidates(numbers: Ints, seen: int, reach: int) -> tuple[Ints, Ints]:
    """Rows i < j of one bucket, at most `reach` apart, of which j is not among the `seen`."""
    firsts, seconds = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for step in range(1, reach + 1):
        j = np.arange(max(seen, step), len(numbers))
        j = j[numbers[j] == numbers[j - step]]
        if not len(j):  # no bucket is longer than that
            break
        firsts.append(j - step)
        seconds.append(j)
    return np.concatenate(firsts), np.concatenate(seconds)


def _edges(table: pa.Table, first: Ints, second: Ints) -> pa.Table:
    a, b = table.take(pa.array(first)), table.take(pa.array(second))
    names = [f"{name}_{side}" for side in "ab" for name in table.column_names]
    return pa.table([*a.columns, *b.columns], names=names)
