"""Encode pictures: file formats, near duplicates, and harmful files."""

import hashlib
import io
import math
import struct
import zlib
from random import Random

from PIL import Image

# The smallest GIF there is: one transparent pixel.
PIXEL = bytes.fromhex(
    "47494638396101000100800000000000ffffff21f90401000000002c000000000100010000020144003b"
)
TYPES = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp", "gif": "image/gif"}
# Modes of Pillow other than plain RGB in which pictures on the web come.
ODD_MODES = ("CMYK", "RGBA", "P")


def encoded(picture: Image.Image, format: str, quality: int = 88) -> bytes:
    """Encode the picture as a 'jpg', 'png', 'webp' or 'gif' file."""
    out = io.BytesIO()
    if format == "jpg":
        picture.save(out, "JPEG", quality=quality)
    elif format == "webp":
        picture.save(out, "WEBP", quality=quality, method=2)
    elif format == "png":
        picture.save(out, "PNG", compress_level=3)
    else:
        picture.quantize(64).save(out, "GIF")
    return out.getvalue()


def recompressed(original: bytes, random: Random) -> bytes:
    """Encode the picture again at a lower JPEG quality."""
    return encoded(decoded(original), "jpg", random.randint(35, 65))


def resized(original: bytes, random: Random) -> bytes:
    """Resize the picture to half to three quarters of its size."""
    picture, factor = decoded(original), random.uniform(0.5, 0.75)
    width, height = (max(1, round(side * factor)) for side in picture.size)
    return encoded(picture.resize((width, height)), "jpg", 90)


def cropped(original: bytes, random: Random) -> bytes:
    """Crop 2 to 6 % at each edge, where no shape ever lies."""
    picture = decoded(original)
    left, top, right, bottom = (random.uniform(0.02, 0.06) for _ in range(4))
    box = (left * picture.width, top * picture.height,
           (1 - right) * picture.width, (1 - bottom) * picture.height)  # fmt: skip
    left_px, top_px, right_px, bottom_px = (round(edge) for edge in box)
    return encoded(picture.crop((left_px, top_px, right_px, bottom_px)), "jpg", 90)


def odd_mode(picture: Image.Image, mode: str) -> tuple[bytes, str]:
    """Encode the picture in one of ODD_MODES, CMYK as JPEG, others as PNG, with its MIME type."""
    out = io.BytesIO()
    format = "jpg" if mode == "CMYK" else "png"
    picture.convert(mode).save(out, "JPEG" if mode == "CMYK" else "PNG")
    return out.getvalue(), TYPES[format]


def decoded(data: bytes) -> Image.Image:
    """Decode the picture in a file of ours, as RGB."""
    return Image.open(io.BytesIO(data)).convert("RGB")


def size_of(data: bytes) -> tuple[int, int]:
    """Return width and height in px, read from the header alone."""
    with Image.open(io.BytesIO(data)) as picture:
        return picture.size


def oversized(least_bytes: int, random: Random) -> bytes:
    """Return a sound PNG of noise, which nothing compresses, of at least that many bytes."""
    side = math.ceil(math.sqrt(least_bytes / 3))
    noise = Image.frombytes("RGB", (side, side), random.randbytes(side * side * 3))
    out = io.BytesIO()
    noise.save(out, "PNG", compress_level=0)
    return out.getvalue()


def bomb(side: int) -> bytes:
    """Return a decompression bomb: a small, sound PNG of `side` times `side` black pixels."""
    row = bytes(1 + (side + 7) // 8)
    deflate = zlib.compressobj(9)
    data = b"".join(deflate.compress(row) for _ in range(side)) + deflate.flush()
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def sha256(data: bytes) -> str:
    """Return the SHA-256 in hex digits."""
    return hashlib.sha256(data).hexdigest()
