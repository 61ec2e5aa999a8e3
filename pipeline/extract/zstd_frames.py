"""Where records begin and end in a .warc.zst.

https://iipc.github.io/warc-specifications/specifications/warc-zstd/, and RFC 8878 for the frames.
"""

import io
from typing import Any, BinaryIO, cast

from fastwarc.stream_io import ZstdReader

from pipeline.extract.damage import lies_in_the_bytes
from pipeline.extract.frames import BLOCK_BYTES, finds, peek

MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
_SKIPPABLE = range(0x184D2A50, 0x184D2A60)
_HEADER_BYTES = 18
_RLE, _RESERVED = 1, 3
# The bytes that the header has for the dictionary's name and for the size, by the flags of each.
_NAME_BYTES = (0, 1, 2, 4)
_SIZE_BYTES = (0, 2, 4, 8)


class ZstdFrames:
    """One Zstandard frame after the other, behind one that holds the dictionary, if there is one.

    start: where the first record starts.
    """

    def __init__(self, file: BinaryIO, size: int) -> None:
        self.file, self.size = file, size
        has_dictionary = peek(file, 0, 4) == DICTIONARY_MAGIC
        self.start = min(_end(file, 0) or 0, size) if has_dictionary else 0
        self.dictionary = peek(file, 0, self.start)

    def opened(self, at: int) -> tuple[BinaryIO, int]:
        part = _Part(self.dictionary, self.file, at, self.size)
        return cast(BinaryIO, part), at - self.start

    def holds_record(self, at: int) -> bool:
        if peek(self.file, at, 4) != MAGIC:
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
        end = _end(self.file, at)
        if end is None or end > self.size:
            return None
        is_skippable = peek(self.file, at, 4) != MAGIC
        return end if is_skippable or self._is_sound(at, end) else None

    def next(self, at: int) -> int | None:
        starts = finds(self.file, MAGIC, at)
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

    def _reader(self, at: int, end: int) -> Any:
        return ZstdReader(_Part(self.dictionary, self.file, at, end))


class _Part(io.RawIOBase):
    """The dictionary, and behind it a part of the file: as a file of its own, for the reader looks
    for a dictionary only where a file starts.
    """

    def __init__(self, dictionary: bytes, file: BinaryIO, at: int, end: int) -> None:
        self.dictionary, self.file, self.at, self.end = dictionary, file, at, end
        self.is_at = 0

    def readable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.is_at

    def readinto(self, buffer: Any) -> int:
        data = self.dictionary[self.is_at : self.is_at + len(buffer)]
        if not data:
            at = self.at + self.is_at - len(self.dictionary)
            self.file.seek(at)
            data = self.file.read(min(len(buffer), self.end - at))
        buffer[: len(data)] = data
        self.is_at += len(data)
        return len(data)


def _end(file: BinaryIO, at: int) -> int | None:
    """Where the frame ends by what its header and those of its blocks say; None if they don't."""
    head = peek(file, at, _HEADER_BYTES)
    if len(head) >= 8 and int.from_bytes(head[:4], "little") in _SKIPPABLE:
        return at + 8 + int.from_bytes(head[4:8], "little")
    if len(head) < 8 or not head.startswith(MAGIC):
        return None
    flags = head[4]
    is_single, has_checksum = flags >> 5 & 1, flags >> 2 & 1
    size_bytes = _SIZE_BYTES[flags >> 6] or is_single
    at += 5 + (not is_single) + _NAME_BYTES[flags & 3] + size_bytes
    is_last = False
    while not is_last:
        header = peek(file, at, 3)
        block = int.from_bytes(header, "little")
        is_last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        if len(header) < 3 or kind == _RESERVED:
            return None
        at += 3 + (1 if kind == _RLE else size)
    return at + 4 * has_checksum
