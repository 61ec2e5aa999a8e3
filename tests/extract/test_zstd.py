"""WARC files compressed with Zstandard, with and without a dictionary.

https://iipc.github.io/warc-specifications/specifications/warc-zstd/
"""

import struct
from base64 import b85decode
from pathlib import Path

from fastwarc.stream_io import ZstdWriter

from tests.extract.archives import numbered, rows

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
