"""JSON that users name is read with bounds, and refused in one line."""

import gzip
from pathlib import Path

import pytest

from crawl2clip.io.bounded_json import read_json


def test_json_is_read_plain_and_packed(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('["Käse"]', encoding="utf-8")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b'{"a": 1}'))

    assert read_json(str(tmp_path / "a.json")) == ["Käse"]
    assert read_json(str(tmp_path / "a.json.gz")) == {"a": 1}


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"[" * 100_000, "nested too deeply"),
        (b"\xff", "is not JSON"),
        (b"{", "is not JSON"),
        (b"9" * 10_000, "is not JSON"),  # more digits than Python reads
        (b'"' + b"a" * 2_000 + b'"', "more than 1,000 bytes"),
    ],
)
def test_what_is_none_or_too_much_is_refused_in_one_line(
    tmp_path: Path, data: bytes, why: str
) -> None:
    (tmp_path / "a.json").write_bytes(data)
    most = 1_000 if b"a" in data else 1_000_000

    with pytest.raises(ValueError, match=why) as refused:
        read_json(str(tmp_path / "a.json"), most)

    assert "\n" not in str(refused.value)


def test_a_bomb_is_not_unpacked_whole(tmp_path: Path) -> None:
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b" " * 50_000_000))

    with pytest.raises(ValueError, match="more than 1,000 bytes"):
        read_json(str(tmp_path / "a.json.gz"), 1_000)
    (tmp_path / "b.json.gz").write_bytes(gzip.compress(b"[1, 2, 3]" * 1_000)[:30])
    with pytest.raises(ValueError, match="is damaged"):
        read_json(str(tmp_path / "b.json.gz"))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_json(str(tmp_path / "none.json"))
