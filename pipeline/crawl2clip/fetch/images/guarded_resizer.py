"""Images checked by their parts and header before they are decoded and resized.

A PNG of 50 kB can hold 20,000 x 20,000 pixels, and a GIF that many several times over.
"""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable
from typing import NamedTuple

from crawl2clip.fetch.images.image_parts import Parts, parts
from crawl2clip.fetch.images.img2dataset_adapter import Img2datasetResizer
from crawl2clip.fetch.images.pixels import (
    MATTING_BYTES,
    Pixels,
    as_opencv_reads,
    decoded_bytes,
    flattened,
    is_copied,
    needs_flattening,
)
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_errors import FetchError
from crawl2clip.fetch.results.fetch_result import FetchResult

# What Pillow raises for broken images; RuntimeError comes from its AVIF decoder.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error)


class _Plan(NamedTuple):
    """A plan to decode an image: laid over white by Pillow, or as img2dataset does it."""

    format: str
    flattens: bool
    decode: Callable[[], Pixels]


class GuardedResizer:
    """Turns the bytes of an image file into a resized image, if its decoding is affordable."""

    def __init__(self, resizing: Resizing) -> None:
        """Resize and refuse by these settings."""
        self._max_pixels = resizing.max_pixels
        self._max_decoded_bytes = resizing.max_decoded_bytes
        self._resize = Img2datasetResizer(resizing)

    def __call__(self, data: bytes) -> FetchResult:
        """Return the image with what is known of the original. Raises FetchError if refused."""
        plan = self._planned(data)
        # Bytes that are no image are none that skip_reencode could pass on.
        resized = self._resize(b"flattened" if plan.flattens else data, plan.decode)
        return FetchResult(
            *resized,
            sha256=hashlib.sha256(data).hexdigest(),
            sha1=hashlib.sha1(data).hexdigest(),
            md5=hashlib.md5(data).hexdigest(),
            original_bytes=len(data),
            original_format=plan.format,
        )

    def _planned(self, data: bytes) -> _Plan:
        from PIL.Image import DecompressionBombError

        try:
            file = parts(data)
            if file is None:
                raise _no_image(data)
            return self._plan(file)
        except DecompressionBombError:
            raise self._too_large() from None
        except _BROKEN:
            raise _no_image(data) from None

    def _plan(self, file: Parts) -> _Plan:
        from PIL import Image

        with Image.open(io.BytesIO(file.data), formats=[file.format]) as image:  # its header
            if image.width * image.height > self._max_pixels:
                raise self._too_large()
            if decoded_bytes(image, file) > self._max_decoded_bytes:
                raise self._too_much()
            if needs_flattening(image, file):
                return _Plan(file.format, True, lambda: _flattened(file))
            copied = is_copied(image, file)
        return _Plan(file.format, False, lambda: self._affordable(as_opencv_reads(file, copied)))

    def _affordable(self, pixels: Pixels | None) -> Pixels:
        """Return the pixels, if the resizer can lay them over white in the memory allowed."""
        if pixels is None:
            raise FetchError("not an image", "OpenCV can't decode it")
        if pixels.shape[2:] == (4,) and (
            pixels.size // 4 * MATTING_BYTES > self._max_decoded_bytes
        ):
            raise self._too_much()
        return pixels

    def _too_large(self) -> FetchError:
        return FetchError("too many pixels", f"more than {self._max_pixels}")

    def _too_much(self) -> FetchError:
        detail = f"decoding takes more than {self._max_decoded_bytes} bytes"
        return FetchError("too much memory", detail)


def _flattened(file: Parts) -> Pixels:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(file.data), formats=[file.format]) as image:
            return flattened(image)
    except _BROKEN:
        raise _no_image(file.data) from None


def _no_image(data: bytes) -> FetchError:
    return FetchError("not an image", _described(data))


def _described(data: bytes) -> str:
    if not data:
        return "no bytes"
    start = data[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "markup"
    return f"starts with {data[:8].hex(' ')}"
