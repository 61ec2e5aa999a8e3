"""Bytes of images, made here."""

import io
import struct
import zlib

import cv2
import numpy as np
from PIL import Image

RED = (200, 40, 10)


def picture(width: int = 40, height: int = 30, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    """One colour all over; transparent on its left half if the mode has alpha."""
    image = Image.new("RGB", (width, height), RED).convert(mode)
    if mode == "RGBA":
        image.paste((0, 0, 0, 0), (0, 0, width // 2, height))
    stream = io.BytesIO()
    image.save(stream, kind)
    return stream.getvalue()


def deep(value: int, channels: int) -> bytes:
    """A PNG of 16 bits a sample; the fourth channel, if any, is opaque."""
    pixels = np.full((30, 40, channels), value, np.uint16)
    if channels == 4:
        pixels[..., 3] = 65535
    return bytes(cv2.imencode(".png", pixels)[1])


def bomb(width: int, height: int) -> bytes:
    """A genuine black PNG of so many pixels in very few bytes."""
    packer = zlib.compressobj(9)
    row = bytes(1 + (width + 7) // 8)
    rows = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", rows), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(name, data) for name, data in chunks)


def chunk(name: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", checksum)


def pixel(image: bytes | None, x: int, y: int) -> tuple[int, ...]:
    """The colour at a place, as RGB."""
    assert image is not None
    with Image.open(io.BytesIO(image)) as opened:
        return opened.convert("RGB").getpixel((x, y))  # type: ignore[return-value]
