"""How the parts of a Parquet table come to be, without Spark."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from moto.server import ThreadedMotoServer

from crawl2clip.engine import parquet_writer
from crawl2clip.engine.parquet_splits import ParquetSplit, read_split, table_splits
from crawl2clip.engine.parquet_writer import write_part

SCHEMA = pa.schema([("uid", pa.string()), ("n", pa.int32())])
PLAN = "0123"


def batch(first: int, rows: int) -> pa.RecordBatch:
    numbers = range(first, first + rows)
    return pa.RecordBatch.from_pydict({"uid": [f"u{n}" for n in numbers], "n": numbers}, SCHEMA)


def uids(part: ParquetSplit) -> list[str]:
    return [uid for one in read_split(part, SCHEMA) for uid in one["uid"].to_pylist()]


def written(folder: Path | str, number: int, *batches: pa.RecordBatch) -> int:
    """A part, of a table that has been begun if it must be."""
    found = sorted(Path(folder).glob("_*.running"))
    attempt = found[0].name[1:-8] if found else parquet_writer.begin_attempt(str(folder), PLAN)
    return write_part(iter(batches), str(folder), attempt, number, SCHEMA)


def test_a_part_is_written_in_row_groups_of_bounded_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_writer, "GROUP_BYTES", 2 * batch(100, 100).nbytes)

    rows = written(tmp_path, 7, *(batch(100 * i, 100) for i in range(1, 6)))

    assert rows == 500
    about = pq.ParquetFile(tmp_path / "part-00007.parquet").metadata
    assert [about.row_group(i).num_rows for i in range(about.num_row_groups)] == [200, 200, 100]
    assert about.row_group(0).column(0).compression == "ZSTD"
    assert about.row_group(0).column(0).statistics is None  # uids never repeat
    assert about.row_group(0).column(1).statistics.max == 299


def test_no_rows_make_no_file_and_a_table_without_files_gets_an_empty_one(tmp_path: Path) -> None:
    attempt = parquet_writer.begin_attempt(str(tmp_path), PLAN)
    assert write_part(iter([batch(0, 0)]), str(tmp_path), attempt, 0, SCHEMA) == 0
    assert not list(tmp_path.glob("*.parquet"))

    parquet_writer.finish_attempt(str(tmp_path), attempt, [], SCHEMA)

    assert pq.read_table(tmp_path).schema.equals(SCHEMA)
    assert names(tmp_path) == ["_SUCCESS", "part-00000.parquet"]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_stops_midway_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[pa.RecordBatch]:
        yield batch(0, 10)
        raise KeyboardInterrupt

    attempt = parquet_writer.begin_attempt(str(tmp_path), PLAN)
    with pytest.raises(KeyboardInterrupt):
        write_part(broken(), str(tmp_path), attempt, 0, SCHEMA)

    assert set(names(tmp_path)) == {f"_{attempt}.running", f"_{PLAN}.plan"}


def test_what_a_killed_task_left_is_cleared_away(tmp_path: Path) -> None:
    attempt = parquet_writer.begin_attempt(str(tmp_path), PLAN)
    write_part(iter([batch(0, 10)]), str(tmp_path), attempt, 0, SCHEMA)
    (tmp_path / "_0123.tmp").write_bytes(b"PAR1")

    parquet_writer.finish_attempt(str(tmp_path), attempt, [0], SCHEMA)

    assert names(tmp_path) == ["_SUCCESS", "part-00000.parquet"]


def test_of_two_tasks_with_the_same_part_the_first_ones_file_stays(tmp_path: Path) -> None:
    written(tmp_path, 3, batch(0, 10))
    before = (tmp_path / "part-00003.parquet").stat().st_ino

    assert written(tmp_path, 3, batch(0, 10)) == 10

    assert (tmp_path / "part-00003.parquet").stat().st_ino == before
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.parametrize("ended", [True, False], ids=["has ended", "was begun again"])
@pytest.mark.parametrize("plan", [PLAN, "another"])
def test_a_task_that_outlives_its_run_writes_nothing(
    tmp_path: Path, ended: bool, plan: str
) -> None:
    old = parquet_writer.begin_attempt(str(tmp_path), PLAN)
    new = old if ended else parquet_writer.begin_attempt(str(tmp_path), plan)
    write_part(iter([batch(0, 5)]), str(tmp_path), new, 0, SCHEMA)
    parquet_writer.finish_attempt(str(tmp_path), new, [0], SCHEMA)

    with pytest.raises(RuntimeError, match="no longer being written by this run"):
        write_part(iter([batch(90, 5)]), str(tmp_path), old, 1, SCHEMA)

    assert names(tmp_path) == ["_SUCCESS", "part-00000.parquet"]


def test_a_part_that_has_gone_is_not_passed_over(tmp_path: Path) -> None:
    attempt = parquet_writer.begin_attempt(str(tmp_path), PLAN)
    write_part(iter([batch(0, 10)]), str(tmp_path), attempt, 0, SCHEMA)

    with pytest.raises(OSError, match=r"has lost parts that were written: \[1\]"):
        parquet_writer.finish_attempt(str(tmp_path), attempt, [0, 1], SCHEMA)


def test_a_folder_is_emptied_of_the_table_before(tmp_path: Path) -> None:
    (tmp_path / "part-00009.parquet").write_bytes(b"old")
    (tmp_path / "_9876.plan").write_bytes(b"")

    attempt = parquet_writer.begin_attempt(str(tmp_path), PLAN)

    assert set(names(tmp_path)) == {f"_{attempt}.running", f"_{PLAN}.plan"}


def test_parts_that_a_stopped_attempt_at_the_same_plan_left_are_there_with_their_notes(
    tmp_path: Path,
) -> None:
    folder = str(tmp_path)
    assert parquet_writer.count_parts(folder, PLAN) == 0
    old = parquet_writer.begin_attempt(folder, PLAN)
    for number in (0, 2):
        note = f"of {number}".__str__
        write_part(iter([batch(0, 5)]), folder, old, number, SCHEMA, note)

    assert parquet_writer.count_parts(folder, "another") == 0
    assert parquet_writer.count_parts(folder, PLAN) == 2
    new = parquet_writer.begin_attempt(folder, PLAN)
    assert [parquet_writer.read_note(folder, number) for number in range(3)] == [
        "of 0",
        None,
        "of 2",
    ]
    write_part(iter([batch(0, 5)]), folder, new, 1, SCHEMA)
    parquet_writer.finish_attempt(folder, new, [0, 1, 2], SCHEMA)
    assert names(tmp_path) == ["_SUCCESS", *(f"part-0000{number}.parquet" for number in range(3))]
    assert parquet_writer.count_parts(folder, PLAN) == 0, "it was not stopped, it ended"


def test_a_table_in_a_store_is_written_and_read_as_on_a_disk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": url})
        fsspec.filesystem("s3").mkdir("tables")
        table = "s3://tables/run/match"
        attempt = parquet_writer.begin_attempt(table, PLAN)
        for number in (0, 1):
            write_part(iter([batch(10 * number, 10)]), table, attempt, number, SCHEMA)
        parquet_writer.finish_attempt(table, attempt, [0, 1], SCHEMA)

        assert [uids(part) for part in table_splits(table, 1)] == [[f"u{n}" for n in range(20)]]
        client = boto3.client("s3", endpoint_url=url, region_name="us-east-1")
        client.put_object(Bucket="tables", Key="run/match/part-00002.parquet", Body=b"x")
        assert len(table_splits(table, 1)[0]) == 3, "what others wrote since it was listed"
        parquet_writer.begin_attempt(table, PLAN)
        assert table_splits(table, 1) == []
    finally:
        server.stop()


def test_nested_columns_are_known_by_parquets_own_names() -> None:
    kind = pa.list_(pa.struct([("url", pa.string()), ("width", pa.int32())]))
    said = parquet_writer.options(pa.schema([("url_candidates", kind), ("heading", pa.string())]))

    assert said["use_dictionary"] == ["url_candidates.list.element.width", "heading"]
    assert json.dumps(said)  # plain values, as the writer takes them
