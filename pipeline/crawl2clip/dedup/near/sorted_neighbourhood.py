"""Find near pairs among rows sorted by bucket, in one pass and bounded memory."""

from collections.abc import Callable, Iterable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

Near = Callable[[pa.Table, Ints, Ints], Bools]


def near_pairs(
    batches: Iterable[pa.RecordBatch], bucket: list[str], kept: list[str], reach: int, near: Near
) -> Iterator[pa.RecordBatch]:
    """Yield edges: columns `kept` of one row with the suffix _a, then those of the other with _b.

    batches: sorted by the columns of `bucket`, split anywhere. Each row is compared with the
    `reach` rows that follow it in its bucket, so a bucket of up to reach + 1 rows is compared in
    full, and one of a million rows costs no more per row. near: returns whether rows i and j of a
    table are near.
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
    """Return the number of each row's bucket, counted from the table's start."""
    differs = np.zeros(max(0, table.num_rows - 1), bool)
    for name in bucket:
        values = table[name].combine_chunks()
        differs |= pc.not_equal(values[1:], values[:-1]).to_numpy(zero_copy_only=False)
    return np.concatenate([[0], np.cumsum(differs)]).astype(np.int64)[: table.num_rows]


def _candidates(numbers: Ints, seen: int, reach: int) -> tuple[Ints, Ints]:
    """Return rows i < j of one bucket, at most `reach` apart, with j at or after `seen`."""
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
