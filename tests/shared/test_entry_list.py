"""Lists of entries, as others write them and as we do."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from crawl2clip.shared.entry_list import read_entries

ENTRIES = ["dog", "", "1", "Zürich\u2028"]


def test_a_json_list_is_read_packed_or_not(tmp_path: Path) -> None:
    (tmp_path / "metadata.json").write_text(json.dumps(ENTRIES))
    (tmp_path / "metadata.json.gz").write_bytes(gzip.compress(json.dumps(ENTRIES).encode()))

    assert read_entries(str(tmp_path / "metadata.json")) == ENTRIES
    assert read_entries(str(tmp_path / "metadata.json.gz")) == ENTRIES
    assert read_entries(str(tmp_path)) == ENTRIES, "a folder that holds metadata.json"


def test_a_parquet_file_is_read_by_its_ids(tmp_path: Path) -> None:
    path = tmp_path / "entries.parquet"
    pq.write_table(pa.table({"entry": ENTRIES[::-1], "id": [3, 2, 1, 0]}), path)

    assert read_entries(str(path)) == ENTRIES


def test_a_list_comes_with_wordnet() -> None:
    entries = read_entries("wordnet")

    assert len(entries) == 86_654, "MetaCLIP's table 1"
    assert entries == sorted(entries)
    assert {"0", "99", "dog", "golden retriever"} <= set(entries)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ("[", "is not JSON"),
        (b"\xff[]", "is not JSON"),
        ('{"dog": 1}', "is no list of texts; it wants a JSON list of texts"),
        ('["dog", 1]', "is no list of texts"),
        ('["dog", "dog"]', "names an entry twice"),
    ],
)
def test_what_is_no_list_is_refused_in_one_line(
    tmp_path: Path, data: str | bytes, message: str
) -> None:
    path = tmp_path / "metadata.json"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())

    with pytest.raises(ValueError, match=message) as refused:
        read_entries(str(path))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"entry": ["a", "b"], "id": [0, 2]}, "lacks an id"),
        ({"entry": ["a", "b"], "id": [0, 0]}, "lacks an id"),
        ({"entry": ["a", "a"], "id": [0, 1]}, "names an entry twice"),
        ({"entry": [1, 2], "id": [0, 1]}, "is no list of texts"),
        ({"entry": ["a", None], "id": [0, 1]}, "is no list of texts"),
        ({"text": ["a"]}, "is no entry list"),
    ],
)
def test_a_table_that_is_no_list_is_refused(
    tmp_path: Path, columns: dict[str, list[object]], message: str
) -> None:
    path = tmp_path / "entries.parquet"
    pq.write_table(pa.table(columns), path)

    with pytest.raises(ValueError, match=message):
        read_entries(str(path))


def test_a_file_that_is_not_there_or_no_parquet_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.parquet").write_text("no")

    with pytest.raises(ValueError, match="is no entry list"):
        read_entries(str(tmp_path / "text.parquet"))
    for name in ("no.json", "no.parquet"):
        with pytest.raises(ValueError, match=rf"there is no entry list .*{name}; it wants a JSON"):
            read_entries(str(tmp_path / name))
