"""Decodes images in a process of its own, and prints as JSON how much memory each took.

    python -m tests.fetch.image_memory_program

within: for files of every format bytes at the peak, the problem if any, and the bytes that were
expected by the header. refused: the first two for files with the limits that are the default.
"""

import ctypes
import io
import json
import struct
import sys
import warnings
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import Image

from crawl2clip.fetch.images import pixels
from crawl2clip.fetch.images.guarded_resizer import GuardedResizer
from crawl2clip.fetch.images.image_parts import parts
from crawl2clip.fetch.images.pixels import decoded_bytes
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_errors import FetchError
from tests.fetch.pictures import chunk, picture

SIDE = 2400


def status(name: str) -> int:
    """Return a line of this process's status in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) * 1024


def measured(file: bytes, resizer: GuardedResizer) -> tuple[int, str | None]:
    """Return how far memory rose above what there was, and the problem if there is one."""
    ctypes.CDLL(None).malloc_trim(0)  # what an image before this one has left
    Path("/proc/self/clear_refs").write_text("5")  # VmHWM begins anew
    before, problem = status("VmRSS"), None
    try:
        resizer(file)
    except FetchError as error:
        problem = str(error)
    return status("VmHWM") - before, problem


def expected(file: bytes) -> float:
    found = parts(file)
    assert found is not None
    with Image.open(io.BytesIO(found.data)) as image:
        return decoded_bytes(image, found)


def made(kind: str, mode: str = "RGB", side: int = SIDE, **settings: Any) -> bytes:
    image = Image.new(mode, (side, side), 1 if mode == "L" else (1, 2, 3, 99)[: len(mode)])
    stream = io.BytesIO()
    image.save(stream, kind, **settings)
    return stream.getvalue()


def frames(kind: str, side: int = 1500, count: int = 8) -> bytes:
    images = [Image.new("RGB", (side, side), (at, 0, 0)) for at in range(count)]
    stream = io.BytesIO()
    images[0].save(stream, kind, save_all=True, append_images=images[1:])
    return stream.getvalue()


def blank_png(colour: int, depth: int, channels: int, side: int = 9400) -> bytes:
    """Return a PNG whose pixels would take far more memory than its file, row by row."""
    row, packer = bytes(1 + side * channels * depth // 8), zlib.compressobj(1)
    rows = b"".join(packer.compress(row) for _ in range(side)) + packer.flush()
    head = struct.pack(">IIBBBBB", side, side, depth, colour, 0, 0, 0)
    chunks = chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def every_format() -> dict[str, bytes]:
    deep = cv2.imencode(".png", np.zeros((SIDE, SIDE, 3), np.uint16))[1].tobytes()
    return {
        "jpeg": made("JPEG"),
        "progressive": made("JPEG", progressive=True, subsampling=0),
        "progressive grey": made("JPEG", "L", progressive=True),
        "progressive cmyk": made("JPEG", "CMYK", progressive=True),
        "png": made("PNG", compress_level=1),
        "png alpha": made("PNG", "RGBA", compress_level=1),
        "png deep": deep,
        "gif": made("GIF", "L"),
        "gif transparent": made("GIF", "L", transparency=1),
        "webp": made("WEBP", method=0),
        "webp alpha": made("WEBP", "RGBA", method=0),
        "avif": made("AVIF", speed=10),
        "avif alpha": made("AVIF", "RGBA", speed=10),
        "bmp": made("BMP"),
        "frames gif": frames("GIF"),
        "frames png": frames("PNG"),
        "frames webp": frames("WEBP"),
    }


def main() -> None:
    warnings.simplefilter("ignore")
    careful = GuardedResizer(Resizing())
    careless = GuardedResizer(replace(Resizing(), max_decoded_bytes=10**12))
    for kind in ("JPEG", "PNG", "AVIF"):  # what decoders load once
        measured(picture(kind=kind, mode="RGB" if kind == "JPEG" else "RGBA"), careless)
    pixels._LARGE_PIXELS = 10**6  # as if all of these were large
    within = {
        name: (*measured(file, careless), expected(file)) for name, file in every_format().items()
    }
    large = {
        "alpha": blank_png(6, 8, 4),
        "deep": blank_png(2, 16, 3),
        "avif": made("AVIF", side=9000, speed=10),
        "plain": blank_png(2, 8, 3),
    }
    refused = {name: measured(file, careful) for name, file in large.items()}
    json.dump({"within": within, "refused": refused}, sys.stdout)


if __name__ == "__main__":
    main()
