"""Read files of compressed frames whose headers tell their length: Zstandard and LZ4.

Decompressing the first bytes of a frame shows whether it starts a record; decompressing all of
it shows whether it is sound.
"""

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

from crawl2clip.extract.archives.record_boundaries import (
    FrameError,
    RecordKind,
    finds,
    peek,
    read_at,
)
from crawl2clip.io.damage import is_damage, panics_as_damage

# What a frame held before damage is read up to this.
_PORTION_BYTES = 1 << 16
_NEAR_BYTES, _HEADS_BYTES = 1 << 10, 1 << 16
SKIPPABLE = range(0x184D2A50, 0x184D2A60)


class CompressedFrames(ABC):
    """Reads consecutive frames, of which some hold records and others may be skipped."""

    magic: ClassVar[bytes]
    start = 0
    is_plain = False

    def __init__(self, file: BinaryIO, size: int, kind: RecordKind) -> None:
        self.file, self.size, self.kind = file, size, kind

    @abstractmethod
    def _reader(self, at: int, end: int) -> Any:
        """Return a decompressor of that part of the file; its `read` raises OSError on damage."""

    @abstractmethod
    def _end(self, at: int) -> int | None:
        """Return where the frame ends according to its headers, or None if they don't tell."""

    def opened(self, at: int) -> tuple[BinaryIO, int]:
        self.file.seek(at)
        return self.file, 0

    def portions(self, at: int) -> Iterator[tuple[int, bytes]]:
        while at < self.size:
            end = self._end(at)
            head = peek(self.file, at, len(self.magic))
            if head == self.magic:
                yield at, b""
                for data in self._unpacked(at, min(end or self.size, self.size), end):
                    yield at, data
            elif end is None:
                is_cut = len(head) < len(self.magic)
                raise FrameError(at, "no frame", at, is_cut)
            if end is None or end > self.size:
                raise FrameError(at, "it ends early", self.size, is_cut=True)
            at = end

    def _unpacked(self, at: int, stop: int, end: int | None) -> Iterator[bytes]:
        """Yield the decompressed content of the frame. Raises FrameError for damage."""
        is_cut = end is None or end > self.size
        reader = self._reader(at, stop)
        while True:
            try:
                with panics_as_damage():
                    data: bytes = reader.read(_PORTION_BYTES)
            except OSError as error:
                if not is_damage(error):
                    raise
                raise FrameError(at, str(error), stop, is_cut) from error
            if not data:
                return
            yield data

    def holds_record(self, at: int) -> bool:
        if peek(self.file, at, 4) != self.magic:
            return False
        before = self.file.tell()
        try:
            with panics_as_damage():
                end = min(self._end(at) or self.size, self.size)
                start: bytes = self._reader(at, end).read(self.kind.start_bytes)
        except OSError as error:
            if not is_damage(error):
                raise
            return False
        finally:
            self.file.seek(before)
        return self.kind.starts(start)

    def next(self, at: int) -> int | None:
        starts = finds(self.file, self.magic, at)
        return next((found for found in starts if self.holds_record(found)), None)


def end_of_skippable(file: BinaryIO, at: int) -> int | None:
    """Return where the skippable frame at `at` ends, or None if it is no such frame."""
    head = peek(file, at, 8)
    if len(head) < 8 or int.from_bytes(head[:4], "little") not in SKIPPABLE:
        return None
    return at + 8 + int.from_bytes(head[4:], "little")


class Part(io.RawIOBase):
    """Presents a part of a file as a file of its own."""

    def __init__(self, file: BinaryIO, at: int, end: int) -> None:
        self.file, self.start, self.at, self.end = file, at, at, end

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.at - self.start

    def readinto(self, buffer: Any) -> int:
        data = read_at(self.file, self.at, max(min(len(buffer), self.end - self.at), 0))
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)


class BlockHeads:
    """Reads the heads of a frame's blocks, one after the other.

    Heads that lie close together, as in a frame of tiny blocks, are read with one call.
    """

    def __init__(self, file: BinaryIO) -> None:
        self.file, self.at, self.data = file, 0, b""

    def head(self, at: int, count: int) -> bytes:
        """Return `count` bytes at `at`, which is at most one block behind the previous call's."""
        start = at - self.at
        if not 0 <= start <= len(self.data) - count:
            is_near = 0 <= start < _NEAR_BYTES
            self.at, start = at, 0
            self.data = peek(self.file, at, _HEADS_BYTES if is_near else count)
        return self.data[start : start + count]
