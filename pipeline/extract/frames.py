"""Where records begin and end in the bytes of an archive.

A reader that stumbles asks here which frame is at fault and where it can read on. A frame is what
can be read by itself: a gzip member, or a record if nothing is compressed. Slow and careful: only
damaged places and the last frame of a file come this way.
"""

import re
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Protocol

BLOCK_BYTES = 1 << 20
GZIP_MAGIC = b"\x1f\x8b\x08"
# Enough of a member to decode its first words: gzip header, file name, Huffman tables.
_PEEK_BYTES = 4096
HEADER_END = re.compile(rb"\r?\n\r?\n")
_CONTENT_LENGTH = re.compile(rb"(?im)^content-length:[ \t]*(\d{1,18})[ \t]*\r?$")
_GAP = b"\r\n\r\n"
# The reader allows headers of 32 KiB.
_HEADER_BYTES = 33 << 10


class Frames(Protocol):
    """The frames of one file, which is `size` bytes long.

    start: where the first is that may hold a record.
    """

    size: int
    start: int

    def opened(self, at: int) -> tuple[BinaryIO, int]:
        """What the reader can read from the frame at `at` on, and where in the file its position
        0 lies.
        """

    def holds_record(self, at: int) -> bool:
        """Whether a frame starts at `at`, and a WARC record in it."""

    def end(self, at: int) -> int | None:
        """Offset behind the frame at `at`; None unless all of it is there and sound."""

    def next(self, at: int) -> int | None:
        """The first offset, `at` or later, where a frame with a WARC record starts."""


class GzipFrames:
    """One gzip member after the other."""

    start = 0

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size

    def opened(self, at: int) -> tuple[BinaryIO, int]:
        self.file.seek(at)
        return self.file, 0

    def holds_record(self, at: int) -> bool:
        return inflated(peek(self.file, at, _PEEK_BYTES), 5) == b"WARC/"

    def end(self, at: int) -> int | None:
        self.file.seek(at)
        inflate, left = zlib.decompressobj(31), b""
        try:
            while not inflate.eof:
                left = left or self.file.read(BLOCK_BYTES)
                if not left:
                    return None
                inflate.decompress(left, BLOCK_BYTES)  # in portions: a member may be a bomb
                left = inflate.unconsumed_tail
        except zlib.error:
            return None
        return self.file.tell() - len(inflate.unused_data)

    def next(self, at: int) -> int | None:
        # The magic bytes also occur by chance in what is compressed: decode a little.
        starts = finds(self.file, GZIP_MAGIC, at)
        return next((found for found in starts if self.holds_record(found)), None)


class PlainFrames:
    """One WARC record after the other."""

    start = 0

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size

    def opened(self, at: int) -> tuple[BinaryIO, int]:
        self.file.seek(at)
        return self.file, 0

    def holds_record(self, at: int) -> bool:
        return peek(self.file, at, 5) == b"WARC/"

    def end(self, at: int) -> int | None:
        head = peek(self.file, at, _HEADER_BYTES)
        header = HEADER_END.search(head)
        length = _CONTENT_LENGTH.search(head, 0, header.end()) if header else None
        if not header or not length:
            return None
        end = at + header.end() + int(length[1])
        gap = peek(self.file, end, 64)
        behind = end + len(gap) - len(gap.lstrip(b"\r\n"))
        is_whole = gap.startswith(_GAP) or behind == self.size  # the last gap is often cut short
        return behind if is_whole else None

    def next(self, at: int) -> int | None:
        if at == 0 and self.holds_record(0):
            return 0
        lines = finds(self.file, b"\nWARC/1.", max(at - 1, 0))
        return next((found + 1 for found in lines), None)


def peek(file: BinaryIO, at: int, count: int) -> bytes:
    """The bytes at `at`, and the file's position as it was."""
    before = file.tell()
    file.seek(at)
    data = file.read(count)
    file.seek(before)
    return data


def inflated(head: bytes, count: int) -> bytes:
    """The first `count` bytes that the gzip data `head` holds; none if it is not gzip data."""
    try:
        return zlib.decompressobj(31).decompress(head, count)
    except zlib.error:
        return b""


def finds(file: BinaryIO, pattern: bytes, at: int) -> Iterator[int]:
    """Every offset of `pattern` from `at` on; between two, the file may be moved and moved back."""
    overlap = len(pattern) - 1
    file.seek(at)
    block = file.read(BLOCK_BYTES)
    while len(block) > overlap:
        found = block.find(pattern)
        while found >= 0:
            yield at + found
            found = block.find(pattern, found + 1)
        at += len(block) - overlap
        block = block[-overlap:] + file.read(BLOCK_BYTES)
