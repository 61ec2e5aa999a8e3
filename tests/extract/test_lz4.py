"""WARC files compressed with LZ4: what is damaged costs only itself, and is counted."""

import io
import random
import struct
from itertools import accumulate

import pytest
from fastwarc.stream_io import Lz4Writer

from crawl2clip.extract.archives.lz4 import Lz4Frames
from crawl2clip.extract.archives.recovering_reader import WARC
from tests.extract.archives import numbered, problems, rows


def framed(data: bytes) -> bytes:
    out = io.BytesIO()
    with Lz4Writer(out) as writer:
        writer.write(data)
    return out.getvalue()


FRAMES = [framed(numbered(n, gzip=False)) for n in range(4)]
STARTS = [0, *accumulate(map(len, FRAMES))]


def test_each_record_is_a_frame() -> None:
    found = rows(b"".join(FRAMES))

    assert [row.text for row in found] == [f"picture {n}" for n in range(4)]
    assert [row.warc_offset for row in found] == STARTS[:4]
    assert [row.warc_length for row in found] == [len(frame) for frame in FRAMES]


# In the magic bytes, the flags, a block's size, and the mark of the end; in what is compressed,
# where a back reference leads before the start of the frame.
@pytest.mark.parametrize("at", [0, 3, 4, 6, 8, 9, -2])
def test_a_damaged_frame_costs_only_itself(at: int) -> None:
    damaged = bytearray(FRAMES[1])
    damaged[at] ^= 0xFF

    found = rows(FRAMES[0] + bytes(damaged) + FRAMES[2] + FRAMES[3])

    assert [row.text or (row.problem or "")[:13] for row in found] == [
        *("picture 0", "broken record", "picture 2", "picture 3")
    ]
    assert [row.warc_offset for row in found] == STARTS[:4]


def test_bytes_between_frames_and_what_is_cut_off_are_counted() -> None:
    between = problems(FRAMES[0] + b"junk" * 99 + FRAMES[1])
    cut = problems(b"".join(FRAMES)[:-9])

    assert between == ["picture 0", "broken record", "picture 1"]
    assert cut[:3] == ["picture 0", "picture 1", "picture 2"]
    assert cut[3:] in (["broken record"], ["truncated record"])


def test_what_may_be_skipped_is() -> None:
    note = struct.pack("<II", 0x184D2A50, 4) + b"note"

    assert problems(FRAMES[0] + note + FRAMES[1] + note) == ["picture 0", "picture 1"]


def test_records_may_share_a_frame() -> None:
    found = rows(framed(b"".join(numbered(n, gzip=False) for n in range(3))))

    assert [(row.text, row.warc_offset) for row in found] == [
        *(("picture 0", 0), ("picture 1", None), ("picture 2", None))
    ]


@pytest.mark.parametrize("size", [0, 100, 70_000, 9_000_000])
def test_a_frame_of_any_size_is_walked_to_its_end(size: int) -> None:
    for data in (random.Random(size).randbytes(size), bytes(size)):
        frame = framed(data)
        file = io.BytesIO(b"before" + frame + b"behind")

        assert Lz4Frames(file, len(frame) + 12, WARC)._end(6) == 6 + len(frame)


def test_checksums_and_sizes_in_a_frame_are_passed_over() -> None:
    blocks = struct.pack("<I", 1 << 31 | 3) + b"abc" + b"sum." + bytes(4)
    head = b"\x04\x22\x4d\x18" + bytes([1 << 6 | 1 << 4 | 1 << 3 | 1 << 2 | 1, 0x40])
    frame = head + struct.pack("<Q", 3) + b"dict" + b"h" + blocks + b"sum."

    assert Lz4Frames(io.BytesIO(frame), len(frame), WARC)._end(0) == len(frame)
