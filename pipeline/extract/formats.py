"""How the records of an archive are framed, by the bytes they start with."""

from collections.abc import Callable
from typing import BinaryIO

from pipeline.extract import lz4_frames, zstd_frames
from pipeline.extract.frames import GZIP_MAGIC, Frames, GzipFrames, PlainFrames, RecordKind, peek

_CODED: dict[bytes, Callable[[BinaryIO, int, RecordKind], Frames]] = {
    GZIP_MAGIC: GzipFrames,
    zstd_frames.MAGIC: zstd_frames.ZstdFrames,
    lz4_frames.MAGIC: lz4_frames.Lz4Frames,
}


def frames_at(file: BinaryIO, size: int, kind: RecordKind, at: int) -> Frames | None:
    """The frames of which one starts at `at`, with a record in it; None if there is none."""
    head = peek(file, at, 4)
    coded = (make for magic, make in _CODED.items() if head.startswith(magic))
    frames = next(coded, PlainFrames)(file, size, kind)
    return frames if frames.holds_record(at) else None
