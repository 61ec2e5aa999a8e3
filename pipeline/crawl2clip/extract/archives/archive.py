"""Detect the format of an archive and read its pages."""

from collections.abc import Iterator
from typing import BinaryIO

from crawl2clip.extract.archives import gzip_members, lz4, zstd
from crawl2clip.extract.archives.arc import ARC
from crawl2clip.extract.archives.page import ArchiveItem, Unreadable
from crawl2clip.extract.archives.record_boundaries import (
    GZIP_MAGIC,
    Frames,
    GzipFrames,
    PlainFrames,
    inflated,
)
from crawl2clip.extract.archives.recovering_reader import WARC, Kind, pages
from crawl2clip.io.remote import opened

_ZIP_MAGIC = b"PK\x03\x04"
# Beyond so many damaged places a file is noise: further ones are only counted.
MOST_BROKEN = 10_000


def open_archive(path: str) -> BinaryIO:
    """Open a local or remote file for random access in bounded memory.

    Raises FileNotFoundError if there is none, and OSError, also while reading, if the machine or
    the network fails: such a failure is not counted as damage; the task is retried.
    """
    return opened(path)


def read_archive(file: BinaryIO, max_bytes: int) -> Iterator[ArchiveItem]:
    """Yield pages and unreadable places in the order of their offsets in the file.

    Raises OSError if reading fails for a reason other than the bytes themselves.
    """
    broken = 0
    for found in _read_archive(file, max_bytes):
        broken += isinstance(found, Unreadable)
        if broken <= MOST_BROKEN or not isinstance(found, Unreadable):
            yield found
    if broken > MOST_BROKEN:
        yield Unreadable(None, f"broken record: {broken - MOST_BROKEN} more of them")


def _read_archive(file: BinaryIO, max_bytes: int) -> Iterator[ArchiveItem]:
    size = file.seek(0, 2)
    file.seek(0)
    head = file.read(4096)
    if gzip_members.starts_with_record(head):
        stop = yield from gzip_members.pages(file, 0, max_bytes)
        if stop.at is not None:
            yield from pages(GzipFrames(file, size, WARC), WARC, max_bytes, stop.at)
        return
    framed = None if head.startswith(_ZIP_MAGIC) else _framed(file, size, head)
    if framed:
        yield from pages(*framed, max_bytes)
    else:
        yield Unreadable(0, f"unreadable file: {_kind(head)}")


def _framed(file: BinaryIO, size: int, head: bytes) -> tuple[Frames, Kind] | None:
    """Return frames and kind of the records in a file of another layout than one gzip member each.

    None if it holds no record."""
    if head.startswith((zstd.MAGIC, zstd.DICTIONARY_MAGIC)):
        return zstd.ZstdFrames(file, size, WARC), WARC
    if head.startswith(lz4.MAGIC):
        return lz4.Lz4Frames(file, size, WARC), WARC
    is_gzip = head.startswith(GZIP_MAGIC)
    start = (inflated(head, 64) if is_gzip else head).lstrip(b"\r\n ")
    if start.startswith(b"WARC/"):
        return PlainFrames(file, size, WARC), WARC
    if start.startswith(b"filedesc:"):
        return (GzipFrames if is_gzip else PlainFrames)(file, size, ARC), ARC
    return _damaged(file, size)


def _damaged(file: BinaryIO, size: int) -> tuple[Frames, Kind] | None:
    """Search a file whose start is damaged for frames with records; return as `_framed` does."""
    kinds: tuple[Kind, ...] = (WARC, ARC)
    for kind in kinds:
        tries: tuple[Frames, ...] = GzipFrames(file, size, kind), PlainFrames(file, size, kind)
        for frames in tries:
            if frames.next(0) is not None:
                return frames, kind
    return None


def _kind(head: bytes) -> str:
    if head.startswith(_ZIP_MAGIC):
        return "a ZIP (WACZ?), not a WARC"
    return "no WARC record in it" if head else "empty"
