"""How the records of an archive are framed, by the bytes they start with."""

from collections.abc import Callable
from typing import BinaryIO

from crawl2clip.extract.archives import lz4, zstd
from crawl2clip.extract.archives.record_boundaries import (
    GZIP_MAGIC,
    Frames,
    GzipFrames,
    PlainFrames,
    RecordKind,
    peek,
)

_CODED: dict[bytes, Callable[[BinaryIO, int, RecordKind], Frames]] = {
    GZIP_MAGIC: GzipFrames,
    zstd.MAGIC: zstd.ZstdFrames,
    lz4.MAGIC: lz4.Lz4Frames,
}


def frames_at(file: BinaryIO, size: int, kind: RecordKind, at: int) -> Frames | None:
    """The frames of which one starts at `at`, with a record in it; None if there is none."""
    head = peek(file, at, 4)
    coded = (make for magic, make in _CODED.items() if head.startswith(magic))
    frames = next(coded, PlainFrames)(file, size, kind)
    return frames if frames.holds_record(at) else None
