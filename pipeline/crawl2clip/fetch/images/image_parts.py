"""The parts of an image file (segments, chunks, boxes), counted without decoding it.

Decoders go through a file's segments, chunks or boxes one by one, some of them in Python, some in
time that grows with the square of their number, and some read all of an animation where one frame
is wanted. So parts are counted first, and decoders get what the first frame needs. Whether the
file is sound is not checked here.
"""

import re
import struct
from collections.abc import Iterator
from typing import NamedTuple

from crawl2clip.fetch.results.fetch_errors import FetchError

# Images have dozens of parts, or one for some hundred bytes: PNGs are cut at 8 kB, few at 1 kB, and
# GIFs at 255 bytes.
_FREE_PARTS = 4_096
_BYTES_A_PART = 128
# Passes over a whole JPEG. Progressive ones have about 10; an empty one takes a decoder as long.
_MOST_SCANS = 50
# Tables of an AVIF that libavif goes through once for each of their entries.
_MOST_TABLE_BYTES = 65_536
# Bytes beside the picture: for a frame that is laid on others, and for the one of a GIF.
_ANIMATION, _GIF_FRAME = 14.0, 5.5


class Parts(NamedTuple):
    """An image's format by Pillow's name, and the bytes that a decoder needs.

    whole: it ends as it should. beside: bytes that decoders hold for each pixel, at their peak,
    beside those of the picture that they give back; measured where the format does not say it.
    """

    format: str
    data: bytes
    whole: bool = True
    beside: float = 0.0


def parts(data: bytes) -> Parts | None:
    """Return the parts of an image that browsers show, None for all others.

    Raises FetchError if there are more of them than any writer makes.
    """
    if data.startswith(b"\xff\xd8\xff"):
        return _jpeg(data)
    if data.startswith(_PNG_START):
        return _png(data)
    if data.startswith((b"GIF87a", b"GIF89a")):
        return _gif(data)
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return _webp(data)
    if data[4:8] == b"ftyp":
        return _avif(data)
    return Parts("BMP", data) if data.startswith(b"BM") else None


class _Counter:
    """Counts parts, and refuses the one that is too many for a file of that size."""

    def __init__(self, data: bytes) -> None:
        self._left = _FREE_PARTS + len(data) // _BYTES_A_PART

    def add(self, count: int = 1) -> None:
        self._left -= count
        if self._left < 0:
            raise FetchError("too many parts", "the file is cut to pieces")


_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END_OF_IMAGE = 0xDA, 0xD9
_WITHOUT_LENGTH = (0x01, 0xD8, _END_OF_IMAGE)


def _jpeg(data: bytes) -> Parts:
    frame, scans, marker = _Frame(), 0, 0
    for marker, content in _segments(data):
        if marker in _START_OF_FRAME:
            frame = _Frame(marker, content)
        elif marker == _START_OF_SCAN:
            scans += 1
            if scans > _MOST_SCANS:
                raise FetchError("too many parts", f"more than {_MOST_SCANS} scans")
            frame = frame._replace(several=scans > 1 or content[:1] != frame.content[5:6])
    return Parts("JPEG", data, marker == _END_OF_IMAGE, 2 * frame.coefficients())


class _Frame(NamedTuple):
    """A JPEG's start of frame. several: whether its components come in several scans."""

    marker: int = 0
    content: bytes = b""
    several: bool = False

    def coefficients(self) -> float:
        """Return how many are held for each pixel: none where each block is decoded at once."""
        progressive = self.marker in (0xC2, 0xC6, 0xCA, 0xCE)
        if not (self.several or progressive):
            return 0.0
        sides = [(part >> 4, part & 15) for part in self.content[7::3]]
        most = max((x for x, _ in sides), default=0) * max((y for _, y in sides), default=0)
        return sum(x * y for x, y in sides) / most if most else 4.0


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield marker and content of each segment up to the end of the image.

    Bytes that fill the space before a segment count like segments: Pillow takes them one by one.
    """
    counter, at, fills = _Counter(data), 2, True
    while found := _MARKER.search(data, at):
        counter.add(1 + (found.start() - at if fills else 0))
        marker, at = data[found.end() - 1], found.end()
        length = 0 if marker in _WITHOUT_LENGTH else max(2, int.from_bytes(data[at : at + 2]))
        yield marker, data[at + 2 : at + length]
        if marker == _END_OF_IMAGE:
            return
        at += length
        fills = fills and marker != _START_OF_SCAN  # what follows that is the picture
    counter.add(len(data) - at if fills else 0)


_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_NEEDED = frozenset({b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"})


def _png(data: bytes) -> Parts:
    """Keep the chunks that make pixels: a text or a profile may unpack to gigabytes.

    Chunks of an animation go too: damaged ones crash OpenCV 4.14. What is left is the picture that
    Pillow shows, and OpenCV but for the rare animation that hides it.
    """
    counter, at, name = _Counter(data), len(_PNG_START), b""
    view, needed = memoryview(data), [memoryview(_PNG_START)]
    while at + 8 <= len(data) and name != b"IEND":
        counter.add()
        length, name = struct.unpack_from(">I4s", data, at)
        after = at + length + 12
        if name in _PNG_NEEDED:
            needed.append(view[at:after])
        at = after
    return Parts("PNG", b"".join(needed), name == b"IEND" and at <= len(data))


_GIF_IMAGE, _GIF_EXTENSION, _GIF_END = 0x2C, 0x21, b";"


def _gif(data: bytes) -> Parts:
    """Keep all up to the end of the first frame, if that covers the picture; else all frames."""
    counter, frames, covered = _Counter(data), 0, False
    at = 13 + _colours(data, 10)
    while at < len(data) and data[at] != _GIF_END[0] and not covered:
        counter.add()
        if data[at] == _GIF_EXTENSION:
            at = _after_blocks(data, at + 2, counter)
        elif data[at] == _GIF_IMAGE:
            frames += 1
            covered = frames == 1 and _covers(data, at)
            at = _after_blocks(data, at + 11 + _colours(data, at + 9), counter)
        else:
            at += 1
    if covered:
        return Parts("GIF", data[:at] + _GIF_END, at <= len(data), _GIF_FRAME)
    return Parts("GIF", data, at < len(data), frames * _ANIMATION)


def _covers(data: bytes, at: int) -> bool:
    """Return whether the frame whose descriptor is at that place is as large as the picture."""
    if at + 9 > len(data):
        return False
    left, top, width, height = struct.unpack_from("<4H", data, at + 1)
    whole_width, whole_height = struct.unpack_from("<2H", data, 6)
    return bool(left == top == 0 and width >= whole_width and height >= whole_height)


def _colours(data: bytes, at: int) -> int:
    """Return the bytes of the table of colours that the flags at that place announce."""
    flags = data[at] if at < len(data) else 0
    return 3 << ((flags & 7) + 1) if flags & 0x80 else 0


def _after_blocks(data: bytes, at: int, counter: _Counter) -> int:
    """Return where the row of blocks ends that begins there; past the end if it does not."""
    while at < len(data) and data[at]:
        counter.add()
        at += data[at] + 1
    return at + 1


def _webp(data: bytes) -> Parts:
    counter, at, beside = _Counter(data), 12, 0.0
    end = int.from_bytes(data[4:8], "little") + 8
    while at + 8 <= min(end, len(data)):
        counter.add()
        if data[at : at + 4] == b"ANMF":
            beside = _ANIMATION
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return Parts("WEBP", data, end <= len(data), beside)


# Boxes that hold boxes, and after how many bytes of their own.
_HOLDERS = {b"meta": 4, b"iinf": 6, b"iprp": 0, b"ipco": 0, b"iref": 4, b"moov": 0, b"trak": 0}
_HOLDERS |= {b"mdia": 0, b"minf": 0, b"stbl": 0, b"grpl": 0}
_TABLES = frozenset({b"iinf", b"iloc", b"ipma", b"iref", b"grpl"})


def _avif(data: bytes) -> Parts:
    counter, beside = _Counter(b""), 0.0
    rest = [(0, len(data))]
    while rest:
        at, end = rest.pop()
        for kind, start, stop in _boxes(data, at, end):
            counter.add()
            if kind in _TABLES and stop - start > _MOST_TABLE_BYTES:
                raise FetchError("too many parts", f"more than {_MOST_TABLE_BYTES} bytes of items")
            if kind in _HOLDERS:
                rest.append((start + _HOLDERS[kind], stop))
            if kind == b"av1C":
                beside = max(beside, _planes(data[start + 2 : start + 3]))
    return Parts("AVIF", data, beside=beside or _planes(b""))


def _planes(flags: bytes) -> float:
    """Return the bytes of the brightness, colour and alpha planes, by the third byte of an av1C."""
    bits = flags[0] if flags else 0x40
    colour = 0.0 if bits & 0x10 else 2 / ((1 + (bits >> 3 & 1)) * (1 + (bits >> 2 & 1)))
    return (2 + colour) * (2 if bits & 0x40 else 1)


def _boxes(data: bytes, at: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each box, and from where to where its content goes."""
    while at + 8 <= end:
        size, kind = struct.unpack_from(">I4s", data, at)
        start = at + 8
        if size == 1:
            size, start = int.from_bytes(data[start : start + 8]), start + 8
        stop = min(end, at + size) if size else end  # 0 is to the end
        yield kind, start, stop
        at = max(stop, start)
