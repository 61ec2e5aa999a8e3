"""Which worker reads which rows of a Parquet table."""

from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.engine import parquet_splits
from crawl2clip.engine.parquet_splits import FileRange, read_split, table_splits
from tests.engine.test_parquet_writer import SCHEMA, batch, uids


@settings(deadline=None)
@given(
    groups=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    cut=st.integers(50, 3_000),
)
def test_every_row_is_read_once_wherever_a_file_is_cut(groups: list[int], cut: int) -> None:
    path = "memory://cut/part.parquet"
    files, name = parquet_splits.fsspec.url_to_fs(path)
    with files.open(name, "wb") as file, pq.ParquetWriter(file, SCHEMA) as out:
        for place, rows in enumerate(groups):
            out.write_batch(batch(100 * place, rows))
    size = files.size(name)
    cuts = [FileRange(path, start, start + cut) for start in range(0, size, cut)]

    assert uids(cuts) == [f"u{100 * i + n}" for i, rows in enumerate(groups) for n in range(rows)]


def test_small_files_share_a_part_and_large_ones_are_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_splits, "OPENING_BYTES", 10)
    monkeypatch.setattr(parquet_splits, "MOST_BYTES", 100)
    for name, size in {"a": 30, "b": 55, "c": 250, "d": 1}.items():
        (tmp_path / f"{name}.parquet").write_bytes(bytes(size))
    for name in ("_SUCCESS", ".a.parquet.crc", "_b.tmp", "_c.parquet"):
        (tmp_path / name).write_bytes(bytes(50))

    found = [
        [(Path(one.path).stem, one.start, one.stop) for one in part]
        for part in table_splits(str(tmp_path), tasks=1)
    ]

    # A file's 10 bytes for opening count: 40 + 65 go beyond 100.
    assert found == [
        [("a", 0, 30)],
        [("b", 0, 55)],
        [("c", 0, 100)],
        [("c", 100, 200)],
        [("c", 200, 250), ("d", 0, 1)],
    ]


def test_a_small_table_is_cut_for_all_who_could_work_on_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_splits, "OPENING_BYTES", 10)
    (tmp_path / "a.parquet").write_bytes(bytes(90))

    assert [len(table_splits(str(tmp_path), tasks)) for tasks in (1, 4)] == [1, 4]


def test_columns_of_another_order_or_width_are_brought_into_shape() -> None:
    given_ = pa.RecordBatch.from_pydict({"n": pa.array([1], pa.int64()), "x": [2], "uid": ["a"]})

    assert parquet_splits.fitted(given_, SCHEMA).equals(
        batch(0, 0).from_pydict({"uid": ["a"], "n": [1]}, SCHEMA)
    )
    with pytest.raises(KeyError):
        parquet_splits.fitted(given_.select(["n"]), SCHEMA)


def test_rows_with_large_values_come_in_small_batches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_splits, "BATCH_BYTES", 10_000)
    schema = pa.schema([("image", pa.binary())])
    images = pa.RecordBatch.from_pydict({"image": [bytes([n]) * 1_000 for n in range(40)]}, schema)
    pq.write_table(pa.Table.from_batches([images]), tmp_path / "part.parquet", use_dictionary=False)

    [part] = table_splits(str(tmp_path), 1)
    sizes = [one.num_rows for one in read_split(part, schema)]

    assert sum(sizes) == 40
    assert max(sizes) < 11


def test_times_as_spark_writes_them_keep_their_zone(tmp_path: Path) -> None:
    then = datetime(2024, 5, 18, 12, 30, 1, 250_000, UTC)
    table = pa.table({"at": pa.array([then], pa.timestamp("us", "UTC"))})
    pq.write_table(table, tmp_path / "part.parquet", use_deprecated_int96_timestamps=True)
    schema = pa.schema([("at", pa.timestamp("us", "UTC"))])

    [part] = table_splits(str(tmp_path), 1)

    assert [one["at"].to_pylist() for one in read_split(part, schema)] == [[then]]
