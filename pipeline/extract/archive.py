"""An archive of any kind -> what can be found in it."""

from collections.abc import Iterator
from typing import BinaryIO

from pipeline.extract import lz4_frames, zstd_frames
from pipeline.extract.arc import arc_pages
from pipeline.extract.frames import (
    GZIP_MAGIC,
    Frames,
    GzipFrames,
    PlainFrames,
    inflated,
    peek,
)
from pipeline.extract.page import Broken, Found
from pipeline.extract.records import pages
from pipeline.extract.remote import opened

_ZIP_MAGIC = b"PK\x03\x04"


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
    size = file.seek(0, 2)
    head = peek(file, 0, 4096)
    start = (inflated(head, 64) if head.startswith(GZIP_MAGIC) else head).lstrip(b"\r\n ")
    if start.startswith(b"filedesc:"):
        yield from arc_pages(file, max_bytes)
    elif frames := _frames(file, size, head, start):
        yield from pages(frames, max_bytes)
    else:
        yield Broken(0, f"unreadable file: {_kind(head)}")


def _frames(file: BinaryIO, size: int, head: bytes, start: bytes) -> Frames | None:
    """How the file is framed; None if there is no WARC record in it."""
    if head.startswith((zstd_frames.MAGIC, zstd_frames.DICTIONARY_MAGIC)):
        return zstd_frames.ZstdFrames(file, size)
    if head.startswith(lz4_frames.MAGIC):
        return lz4_frames.Lz4Frames(file, size)
    gzip, plain = GzipFrames(file, size), PlainFrames(file, size)
    if start.startswith(b"WARC/"):
        return gzip if head.startswith(GZIP_MAGIC) else plain
    if head.startswith(_ZIP_MAGIC):
        return None
    # The start may be damaged, and the rest not.
    return next((frames for frames in (gzip, plain) if frames.next(0) is not None), None)


def _kind(head: bytes) -> str:
    if head.startswith(_ZIP_MAGIC):
        return "a ZIP (WACZ?), not a WARC"
    return "no WARC record in it" if head else "empty"
