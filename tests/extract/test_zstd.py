"""WARC files compressed with Zstandard, with and without a dictionary.

https://iipc.github.io/warc-specifications/specifications/warc-zstd/
"""

import io
import random
import struct
from base64 import b85decode
from itertools import accumulate
from pathlib import Path

import pytest
from fastwarc.stream_io import ZstdWriter

from crawl2clip.extract.archives.recovering_reader import WARC
from crawl2clip.extract.archives.zstd import ZstdFrames
from tests.extract.archives import numbered, problems, rows

# Made by `zstd --train`, and by `zstd -19 -D` from records of two pages with an image each.
DICTIONARY = b85decode(
    "H>5D^!3F<3CJ@L9(hmRs|NsC0fAN`byXj>Mg_e;`FI(6G>lw0}v_(}P3wsFz0ssI27Ql*m2LJ#BU;u!Hi46)B0001h"
    "0e}gKi-G|F0000c!iYft0000O0001l0{{R3000!PhDrkf00000000000000easU7T0096100aO400;m80552CbZ|Q$"
    "ZF6UId2eoXWo~pWRC#b^Iv`<iaBOK~VRUJ4ZZBwbbZ|Q$ZF6UId2nSta%FRHZ*FsC4GKd&b#!JeI1LI73Os3TXCQNO"
    "V?8f1I5942aAzQ4Y;-**aA{+7b#i4OF*q?NJ`D;D3QAH?M@&~%QczApK@AF5K~h64LTqniYb``+XJvDAIv{gsVKF*K"
    "Q8hzUL|R!hGfh=6GA%MWR53C-Gc-CiHd+k|S3y!kEmCD;Z*pWUNklpzJauwzI(RxWHa-msS3y!kEjlkRcrImlVQp}1"
    "WiK%@GYtw?K~h64P+@s&Z((FDL}_Pbb96c&b7)~PIz&NKNJdR>ZgXV~3PW#hbY*UIElg!@XLM*fAUQP+3JnTKR8&we"
    "F)lG6GB7Y8PfHC7LvL<$Wi3>BaAi6mbY*ySFKBdaY&#%hXkl`5Wpq7tbY?9$4GIkkJZWubAainKJuf#iE^2UBK~h66"
    "F)lC-3Rgi="
)
PICTURE_0 = b85decode(
    "D77#B2WY_s|2*Xb07J$T%Azb0$HvA)@_=6EhUwl&H(U9en%M+lw=>kCrk-;#@->u#w93zO?2Yh|TbdsIoOG_58y;vu"
    "L|H1B^xy|c$N^J<V;jr^E$G1{2hJ4{{Hi=NUF9#mm{A6w3AxfL3i{%G-NGUR<TLv;PKh~f<Z^hL*uWpZq*{;lcm"
)
PICTURE_1 = b85decode(
    "D77#B2WY_s|2)+L024+N%Azb0$3*g=d1_7d)K5iU+lQH=i&XB>SJqMv%@d>(PrthOjE<>vBXtS-&gE2CQ4+@<XhB3-"
    "Dwy=(2T8~QQ-Na}%mXdx!6XOH6%qWZ05ct1F0Ggm0G|hP6%|=<u|7^=kpc3VeHy34oHlYfJWXuik6%*lsg}k"
)


def test_each_record_is_a_frame(tmp_path: Path) -> None:
    path = tmp_path / "x.warc.zst"
    ends = []
    with ZstdWriter(str(path)) as out:
        for n in range(3):
            out.write(numbered(n, gzip=False))
            out.finish()
            out.flush()
            ends.append(path.stat().st_size)

    found = rows(path.read_bytes())

    assert [row.text for row in found] == ["picture 0", "picture 1", "picture 2"]
    assert [row.warc_offset for row in found] == [0, ends[0], ends[1]]


def test_the_dictionary_stands_in_the_first_frame() -> None:
    start = skippable(DICTIONARY)

    found = rows(start + PICTURE_0 + PICTURE_1)

    assert [(row.text, row.warc_offset, row.warc_length) for row in found] == [
        ("picture 0", len(start), len(PICTURE_0)),
        ("picture 1", len(start) + len(PICTURE_0), len(PICTURE_1)),
    ]


def test_the_dictionary_may_be_compressed_itself(tmp_path: Path) -> None:
    with ZstdWriter(str(tmp_path / "dictionary")) as out:
        out.write(DICTIONARY)
    start = skippable((tmp_path / "dictionary").read_bytes())

    found = rows(start + PICTURE_0 + PICTURE_1)

    assert [row.text for row in found] == ["picture 0", "picture 1"]


def test_without_its_dictionary_a_file_is_a_problem() -> None:
    [row] = rows(PICTURE_0 + PICTURE_1)

    assert (row.problem or "").startswith("broken record: ")


def skippable(dictionary: bytes) -> bytes:
    return struct.pack("<II", 0x184D2A5D, len(dictionary)) + dictionary


def framed(tmp_path: Path, *records: bytes) -> list[bytes]:
    """Each record in a frame."""
    frames = []
    for number, data in enumerate(records):
        path = tmp_path / f"{number}.zst"
        with ZstdWriter(str(path)) as out:
            out.write(data)
        frames.append(path.read_bytes())
    return frames


@pytest.mark.parametrize("at", [0, 3, 4, 6, 30, 200, -1])
def test_a_damaged_frame_costs_only_itself(tmp_path: Path, at: int) -> None:
    frames = framed(tmp_path, *(numbered(n, gzip=False) for n in range(4)))
    damaged = bytearray(frames[1])
    damaged[at] ^= 0xFF

    found = rows(frames[0] + bytes(damaged) + frames[2] + frames[3])

    assert [row.text or (row.problem or "")[:13] for row in found] == [
        *("picture 0", "broken record", "picture 2", "picture 3")
    ]
    starts = [0, *accumulate(map(len, frames))]
    assert [row.warc_offset for row in found] == starts[:4]


def test_behind_damage_the_dictionary_is_still_known() -> None:
    start, damaged = skippable(DICTIONARY), bytearray(PICTURE_0)
    damaged[60] ^= 0xFF

    found = rows(start + bytes(damaged) + PICTURE_1)

    assert [row.problem is None for row in found] == [False, True]
    assert found[0].warc_offset == len(start)
    assert (found[1].text, found[1].warc_offset, found[1].warc_length) == (
        *("picture 1", len(start) + len(PICTURE_0), len(PICTURE_1)),
    )


def test_bytes_between_frames_and_what_is_cut_off_are_counted(tmp_path: Path) -> None:
    frames = framed(tmp_path, *(numbered(n, gzip=False) for n in range(3)))

    between = problems(frames[0] + b"junk" * 99 + frames[1])
    cut = problems(b"".join(frames)[:-9])

    assert between == ["picture 0", "broken record", "picture 1"]
    assert cut == ["picture 0", "picture 1", "truncated record"]


def test_what_may_be_skipped_is(tmp_path: Path) -> None:
    frames = framed(tmp_path, *(numbered(n, gzip=False) for n in range(2)))
    note = struct.pack("<II", 0x184D2A50, 4) + b"note"

    assert problems(frames[0] + note + frames[1] + note) == ["picture 0", "picture 1"]


def test_records_may_share_a_frame(tmp_path: Path) -> None:
    [frame] = framed(tmp_path, b"".join(numbered(n, gzip=False) for n in range(3)))

    found = rows(frame)

    assert [(row.text, row.warc_offset) for row in found] == [
        *(("picture 0", 0), ("picture 1", None), ("picture 2", None))
    ]


@pytest.mark.parametrize("size", [0, 100, 70_000, 400_000])
def test_a_frame_of_any_size_is_walked_to_its_end(tmp_path: Path, size: int) -> None:
    for data in (random.Random(size).randbytes(size), bytes(size)):
        [frame] = framed(tmp_path, data)
        file = io.BytesIO(b"before" + frame + b"behind")

        assert ZstdFrames(file, len(frame) + 12, WARC)._end(6) == 6 + len(frame)
