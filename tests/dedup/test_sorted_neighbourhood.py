import itertools

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.dedup.near.sorted_neighbourhood import near_pairs

Rows = list[tuple[str, int]]


def pairs(rows: Rows, reach: int, cuts: list[int] | None = None, apart: int = 10**9) -> Rows:
    """Edges between the numbers of rows (bucket, number) that are at most `apart`."""
    table = pa.table({"bucket": [b for b, _ in rows], "n": pa.array([n for _, n in rows], "int64")})
    ends = [0, *sorted(cuts or []), len(rows)]
    batches = [
        batch
        for begin, end in itertools.pairwise(ends)
        for batch in table.slice(begin, end - begin).to_batches()
    ]

    def near(table: pa.Table, first, second):  # type: ignore[no-untyped-def]
        numbers = table["n"].to_numpy()
        return np.abs(numbers[first] - numbers[second]) <= apart

    found = near_pairs(batches, ["bucket"], ["n"], reach, near)
    edges = [edge for batch in found for edge in batch.to_pylist()]
    return sorted((edge["n_a"], edge["n_b"]) for edge in edges)


def test_a_small_bucket_is_compared_in_full_and_no_bucket_with_another() -> None:
    rows = [("x", 1), ("x", 2), ("x", 3), ("y", 4), ("z", 5), ("z", 6)]

    assert pairs(rows, reach=2) == [(1, 2), (1, 3), (2, 3), (5, 6)]
    assert pairs(rows, reach=2, apart=1) == [(1, 2), (2, 3), (5, 6)]
    assert pairs([], reach=2) == pairs(rows[2:5], reach=2) == []


def test_a_large_bucket_costs_reach_for_each_row() -> None:
    rows = [("x", n) for n in range(50)]

    assert pairs(rows, reach=2) == sorted(
        [(n, n + 1) for n in range(49)] + [(n, n + 2) for n in range(48)]
    )


@given(
    sizes=st.lists(st.integers(1, 9), max_size=8),
    cuts=st.lists(st.integers(0, 72), max_size=8),
    reach=st.integers(1, 5),
)
def test_where_the_batches_are_cut_does_not_matter(
    sizes: list[int], cuts: list[int], reach: int
) -> None:
    rows = [(f"{bucket:02}", 100 * bucket + n) for bucket, size in enumerate(sizes)
            for n in range(size)]  # fmt: skip
    slowly = sorted(
        (a, b)
        for i, (bucket, a) in enumerate(rows)
        for other, b in rows[i + 1 : i + 1 + reach]
        if bucket == other
    )

    assert pairs(rows, reach, [min(cut, len(rows)) for cut in cuts]) == slowly
