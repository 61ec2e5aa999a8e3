"""An archive of any kind -> what can be found in it."""

from collections.abc import Iterator
from typing import BinaryIO

from crawl2clip.extract.archives import lz4, zstd
from crawl2clip.extract.archives.arc import ARC
from crawl2clip.extract.archives.page import Broken, Found
from crawl2clip.extract.archives.record_boundaries import (
    GZIP_MAGIC,
    Frames,
    GzipFrames,
    PlainFrames,
    inflated,
    peek,
)
from crawl2clip.extract.archives.recovering_reader import Kind, pages
from crawl2clip.extract.archives.warc_kind import WARC
from crawl2clip.io.remote import opened

_ZIP_MAGIC = b"PK\x03\x04"
# A file with more damage than this is noise: what else is broken in it is only counted.
MOST_BROKEN = 10_000


def open_archive(path: str) -> BinaryIO:
    """The file, local or remote, ready to be read from any place in bounded memory.

    Raises FileNotFoundError if there is none, and OSError, also while reading, if the machine or
    the network fails: that is nothing to count but to try again.
    """
    return opened(path)


def found_in(file: BinaryIO, max_bytes: int) -> Iterator[Found]:
    """Pages and what is broken, in order of their place in the file.

    Raises OSError if reading fails for a reason that does not lie in the bytes.
    """
    broken = 0
    for found in _found_in(file, max_bytes):
        broken += isinstance(found, Broken)
        if broken <= MOST_BROKEN or not isinstance(found, Broken):
            yield found
    if broken > MOST_BROKEN:
        yield Broken(None, f"broken record: {broken - MOST_BROKEN} more of them")


def _found_in(file: BinaryIO, max_bytes: int) -> Iterator[Found]:
    size = file.seek(0, 2)
    head = peek(file, 0, 4096)
    framed = None if head.startswith(_ZIP_MAGIC) else _framed(file, size, head)
    if framed:
        yield from pages(*framed, max_bytes)
    else:
        yield Broken(0, f"unreadable file: {_kind(head)}")


def _framed(file: BinaryIO, size: int, head: bytes) -> tuple[Frames, Kind] | None:
    """How the file is framed, and the kind of its records; None if there is none in it."""
    if head.startswith((zstd.MAGIC, zstd.DICTIONARY_MAGIC)):
        return zstd.ZstdFrames(file, size, WARC), WARC
    if head.startswith(lz4.MAGIC):
        return lz4.Lz4Frames(file, size, WARC), WARC
    is_gzip = head.startswith(GZIP_MAGIC)
    start = (inflated(head, 64) if is_gzip else head).lstrip(b"\r\n ")
    usual = GzipFrames if is_gzip else PlainFrames
    if start.startswith(b"WARC/"):
        return usual(file, size, WARC), WARC
    if start.startswith(b"filedesc:"):
        return usual(file, size, ARC), ARC
    return _damaged(file, size)


def _damaged(file: BinaryIO, size: int) -> tuple[Frames, Kind] | None:
    """The same of a file whose start is damaged, and the rest may be not."""
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
