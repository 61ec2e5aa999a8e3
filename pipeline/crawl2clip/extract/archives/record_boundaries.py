"""Find where records begin in an archive, and decompress them.

A frame is a unit that can be decompressed by itself: a gzip member, a Zstandard or LZ4 frame. In
an uncompressed file every byte is a frame of its own.
"""

import re
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Protocol

BLOCK_BYTES = 1 << 20
# A gzip member grows to a thousand times this at most, and is unpacked in portions even so.
_READ_BYTES = 1 << 16
GZIP_MAGIC = b"\x1f\x8b\x08"
# Enough of a member to decode its first words: gzip header, file name, Huffman tables; and enough
# of a record to tell that it is one.
PEEK_BYTES = 4096
HEADER_END = re.compile(rb"\r?\n\r?\n")
# In the flags of a gzip header.
_HAS_CHECKSUM, _HAS_EXTRA, _HAS_NAME, _HAS_COMMENT, _RESERVED = 2, 4, 8, 16, 0xE0
# Steps by which the bytes before damage are found: the last by the byte.
_STEPS = (1024, 32, 1)


class FrameError(Exception):
    """Reports that the bytes from offset `at` on can't be decompressed.

    is_cut: because the file ends there. read: the offset up to which the file was read.
    """

    def __init__(self, at: int, reason: str, read: int, is_cut: bool = False) -> None:
        super().__init__(reason)
        self.at, self.read, self.is_cut = at, read, is_cut


class RecordKind(Protocol):
    """Recognises the start of a record in one archive format.

    start_bytes: how many bytes that takes, `PEEK_BYTES` at most.
    """

    @property
    def start_bytes(self) -> int: ...

    def starts(self, data: bytes) -> bool:
        """Return whether a record starts at the beginning of `data`."""

    @property
    def next_head(self) -> re.Pattern[bytes]:
        """Match the end of the line before a record, looking `start_bytes` into the record."""


class Frames(Protocol):
    """Describes the frames of one file of `size` bytes.

    start: the offset of the first frame that may hold a record. is_plain: whether the file is
    uncompressed.
    """

    file: BinaryIO
    size: int
    start: int
    is_plain: bool

    def portions(self, at: int) -> Iterator[tuple[int, bytes]]:
        """Yield the decompressed bytes from the frame at `at` on, each with its frame's offset.

        A portion has about `BLOCK_BYTES` at most; the first of a frame is empty. Raises FrameError
        where no more can be decompressed.
        """

    def holds_record(self, at: int) -> bool:
        """Return whether a frame with a record starts at `at`."""

    def next(self, at: int) -> int | None:
        """Return the first offset, `at` or later, of a frame that starts a record."""


class GzipFrames:
    """Reads consecutive gzip members."""

    start = 0
    is_plain = False

    def __init__(self, file: BinaryIO, size: int, kind: RecordKind) -> None:
        self.file, self.size, self.kind = file, size, kind

    def portions(self, at: int) -> Iterator[tuple[int, bytes]]:
        return _GzipPortions(self.file, at).all()

    def holds_record(self, at: int) -> bool:
        return self.kind.starts(_first_words(self.file, at, self.kind.start_bytes))

    def next(self, at: int) -> int | None:
        # The magic bytes also occur by chance in what is compressed: decode a little.
        starts = finds(self.file, GZIP_MAGIC, at)
        return next((found for found in starts if self.holds_record(found)), None)


class PlainFrames:
    """Reads the records of an uncompressed file."""

    start = 0
    is_plain = True

    def __init__(self, file: BinaryIO, size: int, kind: RecordKind) -> None:
        self.file, self.size, self.kind = file, size, kind

    def portions(self, at: int) -> Iterator[tuple[int, bytes]]:
        while data := read_at(self.file, at, _READ_BYTES):
            yield at, data
            at += len(data)

    def holds_record(self, at: int) -> bool:
        return self.kind.starts(peek(self.file, at, PEEK_BYTES))

    def next(self, at: int) -> int | None:
        if at == 0 and self.holds_record(0):
            return 0
        data = b""
        for offset, part in self.portions(max(at - 1, 0)):
            data += part
            if found := self.kind.next_head.search(data):
                return offset + len(part) - len(data) + found.start() + 1
            data = data[-PEEK_BYTES:]
        return None


class _GzipPortions:
    """Inflates the members from `at` on."""

    def __init__(self, file: BinaryIO, at: int) -> None:
        self.file, self.fed = file, at  # all before this is read
        self.left = b""

    def all(self) -> Iterator[tuple[int, bytes]]:
        while self._read(len(GZIP_MAGIC)):
            start = self.fed - len(self.left)
            if not self.left.startswith(GZIP_MAGIC):
                is_cut = GZIP_MAGIC.startswith(self.left)
                raise FrameError(start, "no gzip member", start, is_cut)
            yield start, b""
            yield from self._member(start)

    def _member(self, start: int) -> Iterator[tuple[int, bytes]]:
        inflate = zlib.decompressobj(31)
        while not inflate.eof:
            if not self._read(1):
                raise FrameError(start, "it ends early", self.fed, is_cut=True)
            before = inflate.copy()
            try:
                data = inflate.decompress(self.left, BLOCK_BYTES)
            except zlib.error as error:
                for part in _before_damage(before, self.left):
                    yield start, part
                raise FrameError(start, str(error), self.fed - len(self.left)) from None
            self.left = inflate.unconsumed_tail
            yield start, data
        self.left = inflate.unused_data

    def _read(self, least: int) -> bool:
        """Fill the buffer to `least` bytes, fewer at the file's end; return whether it has any."""
        while len(self.left) < least and (data := read_at(self.file, self.fed, _READ_BYTES)):
            self.left += data
            self.fed += len(data)
        return bool(self.left)


def _before_damage(inflate: Any, data: bytes) -> Iterator[bytes]:
    """Yield what can still be inflated of bytes that hold damage."""
    for step in _STEPS:
        while data:
            trial = inflate.copy()
            try:
                part = trial.decompress(data[:step], BLOCK_BYTES)
            except zlib.error:
                break
            inflate, data = trial, trial.unconsumed_tail + data[step:]
            if part:
                yield part


def peek(file: BinaryIO, at: int, count: int) -> bytes:
    """Return `count` bytes at `at` and restore the file's position."""
    before = file.tell()
    data = read_at(file, at, count)
    file.seek(before)
    return data


def read_at(file: BinaryIO, at: int, count: int) -> bytes:
    """Return `count` bytes at `at`, fewer or none at the end of the file."""
    file.seek(at)
    return file.read(count)


def inflated(head: bytes, count: int, bits: int = 31) -> bytes:
    """Return the first `count` bytes inflated from `head`, or none if that is not gzip data."""
    try:
        return zlib.decompressobj(bits).decompress(head, count)
    except zlib.error:
        return b""


def _first_words(file: BinaryIO, at: int, count: int) -> bytes:
    """Return the first bytes that the member at `at` inflates to, or none if there is no member."""
    head = peek(file, at, PEEK_BYTES)
    start = _data_start(head)
    if start is None:
        return b""
    if start < PEEK_BYTES // 2:
        return inflated(head, count)
    return inflated(peek(file, at + start, PEEK_BYTES), count, -zlib.MAX_WBITS)


def _data_start(head: bytes) -> int | None:
    """Return the length of the gzip header, RFC 1952, or None if there is none.

    The header's checksum is not verified.
    """
    if len(head) < 10 or not head.startswith(GZIP_MAGIC) or head[3] & _RESERVED:
        return None
    flags, start = head[3], 10
    if flags & _HAS_EXTRA:
        start += 2 + int.from_bytes(head[10:12], "little")
    for flag in (_HAS_NAME, _HAS_COMMENT):
        if flags & flag:
            start = head.find(b"\0", start) + 1
            if not start:
                return None
    return start + 2 * bool(flags & _HAS_CHECKSUM)


def finds(file: BinaryIO, pattern: bytes, at: int) -> Iterator[int]:
    """Yield every offset of `pattern` from `at` on; between two, restore the file's position."""
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
