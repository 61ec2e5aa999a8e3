"""Find the boundaries of records in a .warc.zst file.

https://iipc.github.io/warc-specifications/specifications/warc-zstd/, and RFC 8878 for the frames.
"""

import io
from typing import Any, BinaryIO

from fastwarc.stream_io import ZstdReader

from crawl2clip.extract.archives.compressed_frames import (
    BlockHeads,
    CompressedFrames,
    Part,
    end_of_skippable,
)
from crawl2clip.extract.archives.record_boundaries import RecordKind, peek
from crawl2clip.io.damage import is_damage, panics_as_damage

MAGIC = b"\x28\xb5\x2f\xfd"
DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
_HEADER_BYTES = 18
# A hundred times as long as those that there are.
_MOST_DICTIONARY_BYTES = 64 << 20
_RLE, _RESERVED = 1, 3
# The bytes that the header has for the dictionary's name and for the size, by the flags of each.
_NAME_BYTES = (0, 1, 2, 4)
_SIZE_BYTES = (0, 2, 4, 8)


class ZstdFrames(CompressedFrames):
    """Reads Zstandard frames, behind one that holds the dictionary, if there is one.

    start: the offset of the first record.
    """

    magic = MAGIC

    def __init__(self, file: BinaryIO, size: int, kind: RecordKind) -> None:
        super().__init__(file, size, kind)
        has_dictionary = peek(file, 0, 4) == DICTIONARY_MAGIC
        end = (end_of_skippable(file, 0) or 0) if has_dictionary else 0
        self.start = end if end <= min(size, _MOST_DICTIONARY_BYTES) else 0
        self.dictionary = _unpacked(peek(file, 0, self.start)[8:])

    def _reader(self, at: int, end: int) -> Any:
        return ZstdReader(Part(self.file, at, end), dictionary=self.dictionary or None)

    def _end(self, at: int) -> int | None:
        return end_of_skippable(self.file, at) or _end(self.file, at)


def _unpacked(dictionary: bytes) -> bytes:
    """Return the dictionary, decompressed if need be; empty if it is damaged or far too long."""
    if not dictionary.startswith(MAGIC):
        return dictionary
    try:
        with panics_as_damage():
            data: bytes = ZstdReader(io.BytesIO(dictionary)).read(_MOST_DICTIONARY_BYTES)
    except OSError as error:
        if not is_damage(error):
            raise
        return b""
    return data


def _end(file: BinaryIO, at: int) -> int | None:
    """Return where the frame ends by its header and its blocks' headers, or None if unknown."""
    head = peek(file, at, _HEADER_BYTES)
    if len(head) < 8 or not head.startswith(MAGIC):
        return None
    flags = head[4]
    is_single, has_checksum = flags >> 5 & 1, flags >> 2 & 1
    size_bytes = _SIZE_BYTES[flags >> 6] or is_single
    at += 5 + (not is_single) + _NAME_BYTES[flags & 3] + size_bytes
    heads, is_last = BlockHeads(file), False
    while not is_last:
        header = heads.head(at, 3)
        block = int.from_bytes(header, "little")
        is_last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        if len(header) < 3 or kind == _RESERVED:
            return None
        at += 3 + (1 if kind == _RLE else size)
    return at + 4 * has_checksum
