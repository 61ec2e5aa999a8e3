"""Files that are there whole or not at all."""

from pathlib import Path

import fsspec
import pytest

from crawl2clip.io.files import partial_file, replacing, write_atomically


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("old")

    write_atomically(str(path), "new ö")

    assert path.read_bytes() == "new ö".encode()
    assert names(tmp_path) == ["report.json"]


def test_the_old_file_is_read_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "table"
    path.write_bytes(b"old")

    with replacing(str(path)) as file:
        file.write(b"new")
        assert path.read_bytes() == b"old"
        [partial] = set(names(tmp_path)) - {"table"}
        assert partial.startswith("_") and partial.endswith(".tmp"), "Spark passes over it"

    assert path.read_bytes() == b"new"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_who_is_interrupted_leaves_the_old_file_alone(
    tmp_path: Path, error: type[BaseException]
) -> None:
    path = tmp_path / "table"
    path.write_bytes(b"old")

    with pytest.raises(error), replacing(str(path)) as file:
        file.write(b"half")
        raise error

    assert path.read_bytes() == b"old"
    assert names(tmp_path) == ["table"]


def test_missing_folders_are_made(tmp_path: Path) -> None:
    write_atomically(str(tmp_path / "run" / "more" / "report.json"), "{}")

    assert (tmp_path / "run" / "more" / "report.json").read_text() == "{}"


def test_two_attempts_at_one_file_write_to_different_names(tmp_path: Path) -> None:
    files, target = fsspec.url_to_fs(str(tmp_path / "table"))

    with partial_file(files, target) as first, partial_file(files, target) as second:
        assert first != second
        Path(first).write_bytes(b"1")

    assert names(tmp_path) == []


def test_stores_that_are_no_disk_have_it_too() -> None:
    write_atomically("memory://files/a.json", "{}")

    with fsspec.open("memory://files/a.json", "rb") as file:
        assert file.read() == b"{}"
    assert fsspec.filesystem("memory").ls("/files", detail=False) == ["/files/a.json"]


def test_half_a_surrogate_pair_is_written_as_a_question_mark(tmp_path: Path) -> None:
    write_atomically(str(tmp_path / "page"), "a\ud800b")

    assert (tmp_path / "page").read_bytes() == b"a?b"
