import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.filter.frequency.batch_coalescing import coalesced


def batch(values: list[int]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(values, pa.int64())], ["n"])


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), max_size=5), max_size=8), st.integers(1, 100))
def test_batches_are_put_together_in_order_and_large_enough(
    parts: list[list[int]], least_bytes: int
) -> None:
    tables = list(coalesced(map(batch, parts), least_bytes))

    assert [n for table in tables for n in table["n"].to_pylist()] == [
        n for part in parts for n in part
    ]
    assert all(8 * table.num_rows >= least_bytes for table in tables[:-1])


def test_no_more_is_held_than_one_batch_too_many() -> None:
    tables = coalesced(map(batch, [[1, 2], [3], [4, 5, 6], [7]]), 8 * 3)

    assert [table.num_rows for table in tables] == [3, 3, 1]
