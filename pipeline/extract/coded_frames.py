"""Frames of a compressed file whose headers say how long they are, as Zstandard and LZ4 have them.

A frame that starts a record is told by its first bytes, unpacked; one that is sound, by all of it.
"""

import io
from abc import ABC, abstractmethod
from typing import Any, BinaryIO, ClassVar

from pipeline.extract.damage import lies_in_the_bytes
from pipeline.extract.frames import BLOCK_BYTES, finds, peek

SKIPPABLE = range(0x184D2A50, 0x184D2A60)


class CodedFrames(ABC):
    """One frame after the other; some hold records, others may be skipped."""

    magic: ClassVar[bytes]
    start = 0

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size

    @abstractmethod
    def _reader(self, at: int, end: int) -> Any:
        """What unpacks that part of the file; its `read` raises a bare OSError for damage."""

    @abstractmethod
    def _end(self, at: int) -> int | None:
        """Where the frame ends by what its headers say; None if they don't."""

    def opened(self, at: int) -> tuple[BinaryIO, int]:
        self.file.seek(at)
        return self.file, 0

    def holds_record(self, at: int) -> bool:
        if peek(self.file, at, 4) != self.magic:
            return False
        before = self.file.tell()
        try:
            start: bytes = self._reader(at, self.size).read(5)
        except OSError as error:
            if not lies_in_the_bytes(error):
                raise
            return False
        finally:
            self.file.seek(before)
        return start == b"WARC/"

    def end(self, at: int) -> int | None:
        end = self._end(at)
        if end is None or end > self.size:
            return None
        is_skippable = peek(self.file, at, 4) != self.magic
        return end if is_skippable or self._is_sound(at, end) else None

    def next(self, at: int) -> int | None:
        starts = finds(self.file, self.magic, at)
        return next((found for found in starts if self.holds_record(found)), None)

    def _is_sound(self, at: int, end: int) -> bool:
        reader = self._reader(at, end)
        try:
            while reader.read(BLOCK_BYTES):  # in portions: a frame may be a bomb
                pass
        except OSError as error:
            if not lies_in_the_bytes(error):
                raise
            return False
        return True


def end_of_skippable(file: BinaryIO, at: int) -> int | None:
    """Where the frame that may be skipped ends; None if it is no such."""
    head = peek(file, at, 8)
    if len(head) < 8 or int.from_bytes(head[:4], "little") not in SKIPPABLE:
        return None
    return at + 8 + int.from_bytes(head[4:], "little")


class Part(io.RawIOBase):
    """Some bytes, and behind them a part of the file: as a file of its own, for a reader may look
    for a dictionary only where a file starts.
    """

    def __init__(self, file: BinaryIO, at: int, end: int, before: bytes = b"") -> None:
        self.before, self.file, self.at, self.end = before, file, at, end
        self.is_at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.is_at

    def readinto(self, buffer: Any) -> int:
        data = self.before[self.is_at : self.is_at + len(buffer)]
        if not data:
            at = self.at + self.is_at - len(self.before)
            self.file.seek(at)
            data = self.file.read(min(len(buffer), self.end - at))
        buffer[: len(data)] = data
        self.is_at += len(data)
        return len(data)
