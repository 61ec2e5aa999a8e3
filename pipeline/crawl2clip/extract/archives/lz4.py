"""Find the boundaries of records in a .warc.lz4 file, a sequence of LZ4 frames.

https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
"""

from typing import Any

from fastwarc.stream_io import Lz4Reader

from crawl2clip.extract.archives.compressed_frames import (
    BlockHeads,
    CompressedFrames,
    Part,
    end_of_skippable,
)
from crawl2clip.extract.archives.record_boundaries import peek

MAGIC = b"\x04\x22\x4d\x18"
# Bits of the flags that follow.
_HAS_BLOCK_CHECKSUMS, _HAS_SIZE, _HAS_CHECKSUM, _HAS_DICTIONARY = 1 << 4, 1 << 3, 1 << 2, 1
# Of a block's size: the block is not compressed.
_IS_STORED = 1 << 31


class Lz4Frames(CompressedFrames):
    """Reads LZ4 frames; damage may go unnoticed in a frame that was written without a checksum."""

    magic = MAGIC

    def _reader(self, at: int, end: int) -> Any:
        return Lz4Reader(Part(self.file, at, end))

    def _end(self, at: int) -> int | None:
        head = peek(self.file, at, 5)
        if len(head) < 5 or not head.startswith(MAGIC):
            return end_of_skippable(self.file, at)
        flags = head[4]
        at += 7 + 8 * bool(flags & _HAS_SIZE) + 4 * bool(flags & _HAS_DICTIONARY)
        checksum = 4 * bool(flags & _HAS_BLOCK_CHECKSUMS)
        heads = BlockHeads(self.file)
        while size := _block_bytes(heads.head(at, 4)):
            at += 4 + size + checksum
        return None if size is None else at + 4 + 4 * bool(flags & _HAS_CHECKSUM)


def _block_bytes(head: bytes) -> int | None:
    """Return the size of the block: 0 behind the last one, None behind the end of the file."""
    return int.from_bytes(head, "little") & ~_IS_STORED if len(head) == 4 else None
