"""Archives of every kind, sound ones and such as a broken disk or an enemy would write."""

import gzip
import io
import random
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fastwarc.stream_io import Lz4Writer, ZstdWriter

from tests.extract import wat_files
from tests.extract.archives import numbered, record
from tests.fuzz import blind
from tests.fuzz.corpus import seeds

_NUMBERS = (
    *(b"0", b"1", b"-1", b"00", b"+5", b" 7", b"1e9", b"99999", b"4294967295", b"4294967296"),
    *(b"9223372036854775807", b"9223372036854775808", b"1000000000000000000", b"9" * 30, b"0x10"),
    *("٣".encode(), b"NaN", b""),
)
_LINE_ENDS = (b"\n", b"\r", b"\r\n", b"\r\n\r\n", b"\n\n", b"")
_NUMBER = re.compile(rb"\d+")
_LENGTH = re.compile(rb"(?<=ength: )\d+|(?<=html )\d+(?=\n)|(?<=plain )\d+(?=\n)")
_LINE_END = re.compile(rb"\r?\n")
_HTTP = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"2a\r\n<img src=/9.jpg alt='a page in two chunks'> \r\n3\r\n<p>\r\n0\r\n\r\n"
)
_VERSIONS = (b"WARC/1.1", b"WARC/0.17", b"WARC/0.18", b"WARC/2.0", b"WARC/")
_ARC_SPEC = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
_LARGEST = 1 << 18

Parts = list[bytes]
Pack = Callable[[Parts], bytes]


def archive(seed: int, number: int) -> bytes:
    """The archive of that number."""
    chance = random.Random(f"archive {seed} {number}")
    known = seeds("archive")
    found = chance.choice(known) if chance.randrange(4) == 0 else _made(chance)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 5))):
        found = blind.mutated(chance, found, known)[:_LARGEST]
    return found


def _made(chance: random.Random) -> bytes:
    """Records, changed before they are packed: what is packed stays sound."""
    parts = chance.choices(chance.choice((_warc(), _wat(), _arc())), k=chance.randrange(1, 6))
    if parts[0].startswith(b"http"):
        parts.insert(0, _arc_head())
    for _ in range(chance.choice((0, 1, 1, 2, 4))):
        at = chance.randrange(len(parts))
        parts[at] = _mutated(chance, parts[at], parts)
    return chance.choice(_PACKS)(parts)


def _mutated(chance: random.Random, part: bytes, others: list[bytes]) -> bytes:
    kind = chance.randrange(8)
    if kind == 0:
        return _replaced(chance, _NUMBER, part, _NUMBERS)
    if kind > 5:
        return _replaced(chance, _LENGTH, part, _NUMBERS)
    if kind == 1:
        return _replaced(chance, _LINE_END, part, _LINE_ENDS)
    if kind == 2:
        ends = chance.choice(_LINE_ENDS[:3])
        return _LINE_END.sub(ends, part)
    if kind == 3:
        return gzip.compress(part, mtime=0)
    return blind.mutated(chance, part, others)


def _replaced(
    chance: random.Random, pattern: "re.Pattern[bytes]", part: bytes, values: tuple[bytes, ...]
) -> bytes:
    """One place where the pattern is, mostly near to the start, gets another value."""
    places = list(pattern.finditer(part))
    if not places:
        return part
    place = places[min(chance.randrange(len(places)), chance.randrange(len(places)))]
    return part[: place.start()] + chance.choice(values) + part[place.end() :]


@lru_cache(maxsize=1)
def _warc() -> Parts:
    kinds = ("metadata", "resource", "revisit", "conversion")
    sound = numbered(0, gzip=False)
    return [
        sound,
        numbered(1, gzip=False),
        record("<img src=x alt=y>", status="404 Not ArchiveItem", gzip=False),
        _response(_HTTP),
        _response(b"<html><img src=x alt='no head'>"),
        *(_response(_HTTP).replace(b"response", kind, 1) for kind in (b"request", b"warcinfo")),
        *(record("<img src=x alt=y>", kind=kind, gzip=False) for kind in kinds),
        *(sound.replace(b"WARC/1.0", version, 1) for version in _VERSIONS),
    ]


def _response(http: bytes) -> bytes:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/\r\n"
    head += b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n" % len(http)
    return head + http + b"\r\n\r\n"


@lru_cache(maxsize=1)
def _wat() -> Parts:
    described = (
        wat_files.page(wat_files.image(), wat_files.image("a.jpg", "b")),
        wat_files.page(wat_files.image(3, None), None, 7, status=200, headers={"X": ["a", 1]}),
        wat_files.page(wat_files.image("\ud800.jpg", "a \ud800 b"), head={"Title": "t"}),
        wat_files.page(head={"Metas": [{"property": "og:image", "content": "/x.jpg"}]}),
    )
    return [wat_files.wat(one, gzip=False) for one in described]


@lru_cache(maxsize=1)
def _arc() -> Parts:
    pages = [
        b"HTTP/1.1 200 OK\nContent-Type: text/html\n\n<img src=/%d.jpg alt='arc %d'>" % (n, n)
        for n in range(3)
    ]
    head = b"http://x.example/%d 1.2.3.4 20240229123456 text/html %d\n%s\n"
    return [head % (n, len(page), page) for n, page in enumerate([*pages, _HTTP])]


def _arc_head() -> bytes:
    head = b"filedesc://a.arc 0.0.0.0 20240229123456 text/plain %d\n%s\n"
    return head % (len(_ARC_SPEC), _ARC_SPEC)


# ---- how records lie in a file ----


def _members(parts: Parts) -> bytes:
    return b"".join(gzip.compress(part, mtime=0) for part in parts)


def _frames(writer: Any, parts: Parts) -> bytes:
    out = io.BytesIO()
    for part in parts:
        open_frame = writer(out)
        open_frame.write(part)
        open_frame.finish()
        open_frame.flush()
    return out.getvalue()


_PACKS: tuple[Pack, ...] = (
    b"".join,
    _members,
    _members,
    lambda parts: gzip.compress(b"".join(parts), mtime=0),
    lambda parts: _frames(Lz4Writer, parts),
    lambda parts: _frames(ZstdWriter, parts),
)
