import io
import struct
import zlib

import pytest
from PIL import Image

from crawl2clip.report import thumbnails
from crawl2clip.report.thumbnails import SIDE_PX, thumbnail
from tests.report.conftest import jpeg


def opened(image: bytes | None) -> Image.Image:
    assert image is not None
    return Image.open(io.BytesIO(image), formats=["JPEG"])


def png(width: int, height: int, color: tuple[int, ...], mode: str = "RGBA") -> bytes:
    out = io.BytesIO()
    Image.new(mode, (width, height), color).save(out, "PNG")
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    crc = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + crc


def bomb() -> bytes:
    """A PNG of 100 bytes that claims 10,000 million pixels."""
    header = struct.pack(">IIBBBBB", 100_000, 100_000, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ((1600, 800), (160, 80)),
        ((100, 400), (40, 160)),
        ((20, 10), (20, 10)),
        ((5000, 1), (160, 1)),
    ],
)
def test_fits_the_square_and_never_grows(given: tuple[int, int], expected: tuple[int, int]) -> None:
    assert opened(thumbnail(jpeg(*given))).size == expected
    assert max(expected) <= SIDE_PX


def test_what_is_transparent_shows_paper() -> None:
    assert opened(thumbnail(png(9, 9, (255, 0, 0, 0)))).getpixel((4, 4)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "1", "I;16", "RGB"])
def test_every_mode_of_png_becomes_colours(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (300, 300)).save(out, "PNG")

    assert opened(thumbnail(out.getvalue())).mode == "RGB"


def test_cmyk_jpegs_become_colours() -> None:
    out = io.BytesIO()
    Image.new("CMYK", (300, 300)).save(out, "JPEG")

    assert opened(thumbnail(out.getvalue())).mode == "RGB"


@pytest.mark.parametrize(
    "data",
    [b"", b"<html>", jpeg(300, 300)[:200], png(300, 300, (1, 2, 3, 4))[:60], bomb(), b"GIF89a"],
    ids=["empty", "html", "cut jpeg", "cut png", "bomb", "gif"],
)
def test_what_is_no_image_has_no_thumbnail(data: bytes) -> None:
    assert thumbnail(data) is None


def test_an_image_of_too_many_pixels_is_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "MOST_PIXELS", 100)

    assert thumbnail(png(10, 10, (1, 2, 3, 255))) is not None
    assert thumbnail(png(10, 11, (1, 2, 3, 255))) is None


def test_no_metadata_of_the_picture_travels_on() -> None:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where I live"
    Image.new("RGB", (300, 300)).save(out, "JPEG", exif=exif, comment=b"where I live")

    assert b"where I live" in out.getvalue()
    assert b"where I live" not in (thumbnail(out.getvalue()) or b"")
