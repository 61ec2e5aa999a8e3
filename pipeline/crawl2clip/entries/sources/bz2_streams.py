"""Read a bz2 file from any byte on, as a sequence of streams with recognisable headers.

Wikipedia's multistream dumps consist of streams of 100 pages, so a task can start at any of them
and needs no index: the ten header bytes occur by chance once in 2**80. A file with a single stream
is read by the task that has its first byte.
"""

import bz2
import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO

PIECE = 1 << 20  # bytes read, and decompressed, at once: a bomb costs time but no memory

_HEADER = re.compile(rb"BZh[1-9]1AY&SY")
_HEADER_BYTES = 10


@dataclass(frozen=True)
class Piece:
    """Some decompressed bytes.

    ours: whether their stream starts inside the range. problem: why bytes are missing after these.
    """

    data: bytes
    ours: bool = True
    problem: str | None = None


def bz2_pieces(file: BinaryIO, start: int, end: int) -> Iterator[Piece]:
    """Yield the content of streams that start in [start, end), then what follows without a gap.

    The latter completes a page that continues there; a caller that needs none stops iterating.
    """
    at = _header(file, start, end)
    while at is not None:
        after = yield from _stream(file, at, at < end)
        at = _header(file, after, max(end, after + 1))


def _header(file: BinaryIO, start: int, end: int) -> int | None:
    """Return the position of the first stream header in [start, end)."""
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
    """Decompress one stream. Returns where to look for the next."""
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
