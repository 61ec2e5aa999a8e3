"""Pixels of an image, decoded in as little memory as the decoders allow.

img2dataset's Resizer calls `cv2.imdecode`, which holds each picture twice, and it spoils two kinds
of image: 16-bit ones come out white, and laying 9,000 x 9,000 transparent pixels over white takes
it 6 GB. So images are decoded here instead, to pixels that a Resizer treats well.
"""

from __future__ import annotations

import io
import os
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from crawl2clip.fetch.images.image_parts import Parts

if TYPE_CHECKING:
    from PIL.Image import Image

Pixels = NDArray[np.uint8]

# From here on an image goes through a file in memory, which OpenCV decodes without a copy.
_LARGE_PIXELS = 16_000_000
_STRIP_PIXELS = 250_000  # converted at a time
_PNG_DEPTH = 24  # where a PNG says how many bits a sample has


def needs_flattening(image: Image, parts: Parts) -> bool:
    """Return whether img2dataset would spoil the image: transparent, or of more than 8 bits."""
    deep = parts.format == "PNG" and parts.data[_PNG_DEPTH] == 16
    # Of AVIF's 10 and 12 bits a sample nothing shows in Pillow's header.
    return deep or parts.format == "AVIF" or image.has_transparency_data


def flattened(image: Image) -> Pixels:
    """Return the first frame over white: 8 bits a sample, blue first, shape (height, width, 3)."""
    image.load()
    pixels = np.empty((image.height, image.width, 3), np.uint8)
    rows = max(1, _STRIP_PIXELS // image.width)
    for top in range(0, image.height, rows):
        bottom = min(top + rows, image.height)
        strip = _over_white(image.crop((0, top, image.width, bottom)))
        pixels[top:bottom] = np.asarray(strip)[..., ::-1]
    return pixels


def _over_white(image: Image) -> Image:
    from PIL import Image

    if image.mode.startswith("I"):  # 16-bit grey, which convert() would cut off at 255
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    rgba = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(rgba, mask=rgba.getchannel("A"))
    return white


def as_opencv_reads(parts: Parts, copied: bool) -> Pixels | None:
    """Return the pixels that img2dataset would decode; None if OpenCV can't decode the image.

    copied: what `is_copied` says of it.
    """
    import cv2

    if copied:
        buffer = np.frombuffer(parts.data, np.uint8)
        return cast("Pixels | None", cv2.imdecode(buffer, cv2.IMREAD_UNCHANGED))
    file = os.memfd_create("image")
    try:
        with io.FileIO(file, "wb", closefd=False) as writer:
            writer.write(parts.data)
        # If given an array, of whatever shape, OpenCV makes the picture one of NumPy's at once.
        given = np.empty(0, np.uint8)
        read = cv2.imread(f"/proc/self/fd/{file}", given, cv2.IMREAD_UNCHANGED)
        return cast("Pixels", read) if read is not None and read.size else None
    finally:
        os.close(file)


def is_copied(image: Image, parts: Parts) -> bool:
    """Return whether OpenCV holds the picture twice for a moment.

    A file that is cut short it must read from memory: from a file it makes other pixels of it.
    """
    return image.width * image.height < _LARGE_PIXELS or not parts.whole


# Bytes for each pixel that Pillow holds at its peak, with the flattened picture, as measured.
_PILLOW = {"PNG": 7.5, "GIF": 9.5, "WEBP": 16.0, "AVIF": 14.0, "BMP": 7.5}
# What img2dataset's resizer takes to lay a picture of four channels over white.
MATTING_BYTES = 80


def decoded_bytes(image: Image, parts: Parts) -> float:
    """Return how many bytes decoding the image takes at most, judged by its header."""
    pixels = image.width * image.height
    if needs_flattening(image, parts):
        planes = parts.beside if parts.format == "AVIF" else 0
        return pixels * (_PILLOW.get(parts.format, 8.0) + planes)
    picture = 1 if image.mode in ("L", "1") else 3
    copy = picture if is_copied(image, parts) else 0
    return pixels * (picture + max(copy, parts.beside))
