import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawl2clip.filter.blocklists.list_files import read_list


def test_a_text_file_has_an_entry_a_line(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_bytes("\ufeff# theirs\r\n\r\n  no \r\nbücher.example\r\nc# is no remark\n".encode())

    assert read_list(str(path)) == ["no", "bücher.example", "c# is no remark"]


def test_a_packed_list_and_a_parquet_file_are_lists_too(tmp_path: Path) -> None:
    packed, table = str(tmp_path / "list.txt.gz"), str(tmp_path / "list.parquet")
    Path(packed).write_bytes(gzip.compress(b"a\nb\n"))
    pq.write_table(pa.table({"domain": ["a", None, "b"]}), table)

    assert read_list(packed) == read_list(table) == ["a", "b"]


def test_an_empty_list_is_one(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("# nothing yet\n")

    assert read_list(str(path)) == []


def test_what_is_no_list_is_refused_with_its_name(tmp_path: Path) -> None:
    names = {
        "gone.txt": None,
        "gone.parquet": None,
        "picture.txt": b"\xff\xd8\xff\xe0",
        "plain.gz": b"a\n",
        "plain.parquet": b"a\n",
    }
    for name, content in names.items():
        path = tmp_path / name
        if content:
            path.write_bytes(content)
        with pytest.raises(ValueError, match=name):
            read_list(str(path))


def test_a_parquet_file_of_two_columns_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "list.parquet")
    pq.write_table(pa.table({"domain": ["a"], "since": ["b"]}), path)

    with pytest.raises(ValueError, match="one column of texts"):
        read_list(path)
