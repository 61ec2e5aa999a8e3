"""Archives out of every kind of store, and what is told of files that are none."""

import io
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pyarrow.fs
import pytest
from fsspec import AbstractFileSystem
from fsspec.implementations.arrow import ArrowFSWrapper

from crawl2clip.extract.archives.archive import open_archive, read_archive
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive
from tests.extract.archives import numbered

ARCHIVE = numbered(1) + numbered(2)[:100] + numbered(3)
FOUND = ["picture 1", "broken record", "picture 3"]


class ByArrow(ArrowFSWrapper):
    """Files by pyarrow.fs, which is how HDFS is read."""

    protocol = "byarrow"

    def __init__(self) -> None:
        super().__init__(pyarrow.fs.LocalFileSystem())


class OneWay(AbstractFileSystem):
    """A store of one file, which can only be read from the beginning to the end."""

    protocol = "oneway"

    def _open(self, path: str, mode: str = "rb", **options: object) -> io.RawIOBase:
        return _Pipe(ARCHIVE)


class _Pipe(io.RawIOBase):
    def __init__(self, data: bytes) -> None:
        self.left = data

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:
        part, self.left = self.left[: len(buffer)], self.left[len(buffer) :]
        buffer[: len(part)] = part
        return len(part)


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The same archive by the kind of store."""
    fsspec.register_implementation("byarrow", ByArrow, clobber=True)
    fsspec.register_implementation("oneway", OneWay, clobber=True)
    (tmp_path / "a.warc.gz").write_bytes(ARCHIVE)
    fsspec.filesystem("memory").pipe("/archives/a.warc.gz", ARCHIVE)
    yield {
        "local": str(tmp_path / "a.warc.gz"),
        "file": f"file://{tmp_path}/a.warc.gz",
        "memory": "memory://archives/a.warc.gz",
        "arrow": f"byarrow://{tmp_path}/a.warc.gz",
        "oneway": "oneway://archives/a.warc.gz",
    }
    fsspec.filesystem("memory").rm("/archives", recursive=True)


@pytest.mark.parametrize("store", ["local", "file", "memory", "arrow", "oneway"])
def test_an_archive_gives_the_same_rows_from_every_store(
    stores: dict[str, str], store: str
) -> None:
    rows = list(pairs_in_archive(stores[store]))

    assert [(row.problem or row.text or "").partition(":")[0] for row in rows] == FOUND
    assert {row.warc_file for row in rows} == {stores[store]}


@pytest.mark.parametrize("store", ["local", "file", "memory", "arrow"])
def test_what_no_store_has_is_a_missing_file(stores: dict[str, str], store: str) -> None:
    path = stores[store].replace("a.warc.gz", "b.warc.gz")

    assert [row.problem for row in pairs_in_archive(path)] == [f"missing file: {path}"]


def test_a_folder_is_no_archive(tmp_path: Path) -> None:
    problem = f"unreadable file: {tmp_path} is a folder"

    assert [row.problem for row in pairs_in_archive(str(tmp_path))] == [problem]


def test_what_can_be_read_once_only_is_copied_so_that_it_can_be_read_again(
    stores: dict[str, str],
) -> None:
    with open_archive(stores["oneway"]) as file:
        assert file.read() == ARCHIVE
        assert file.seek(10) == 10
        assert file.read(5) == ARCHIVE[10:15]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "unreadable file: empty"),
        (b"PK\x03\x04 and more", "unreadable file: a ZIP (WACZ?), not a WARC"),
        (b"<html>404 not found</html>", "unreadable file: no WARC record in it"),
    ],
)
def test_a_file_without_records_says_what_it_is(data: bytes, problem: str) -> None:
    assert [found.problem for found in read_archive(io.BytesIO(data), 100)] == [problem]
