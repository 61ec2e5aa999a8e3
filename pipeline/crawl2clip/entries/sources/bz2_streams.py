"""A bz2 file read from any byte on: it is a row of streams, and a stream starts with its name.

Wikipedia's multistream dumps are made of streams of 100 pages, so a task can start at any of them
and needs no index: the ten bytes are chance once in 2**80. A file of a single stream is read by
the task that has its first byte.
"""

import bz2
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

PIECE = 1 << 20  # bytes read, and unpacked, at once: a bomb costs time and no memory

_HEADER = re.compile(rb"BZh[1-9]1AY&SY")
_HEADER_BYTES = 10


@dataclass(frozen=True)
class Piece:
    """Some unpacked bytes.

    ours: whether their stream starts inside the range. problem: why bytes are missing after these.
    """

    data: bytes
    ours: bool = True
    problem: str | None = None


def bz2_pieces(file: BinaryIO, start: int, end: int) -> Iterator[Piece]:
    """What the streams that start in [start, end) hold, then what follows them without a gap.

    The latter is for the reader of a page that goes on there; who needs none stops asking.
    """
    at = _header(file, start, end)
    while at is not None:
        after = yield from _stream(file, at, at < end)
        at = _header(file, after, max(end, after + 1))


def _header(file: BinaryIO, start: int, end: int) -> int | None:
    """Where the first stream starts, out of the places from start to before end."""
    file.seek(start)
    window, at = b"", start
    while at < end and (read := file.read(PIECE)):
        window += read
        found = _HEADER.search(window)
        if found:
            return at + found.start() if at + found.start() < end else None
        at += max(0, len(window) - _HEADER_BYTES + 1)
        window = window[-_HEADER_BYTES + 1 :]
    return None


def _stream(file: BinaryIO, at: int, ours: bool) -> Generator[Piece, None, int]:
    """Unpack one stream. Returns where to look for the next."""
    file.seek(at)
    unpacker = bz2.BZ2Decompressor()
    while not unpacker.eof:
        packed = file.read(PIECE) if unpacker.needs_input else b""
        if unpacker.needs_input and not packed:
            yield Piece(b"", ours, "bz2: the file ends inside a stream")
            return file.tell()
        try:
            yield Piece(unpacker.decompress(packed, PIECE), ours)
        except OSError as error:
            yield Piece(b"", ours, f"bz2: {error}")
            return at + 1
    return file.tell() - len(unpacker.unused_data)
