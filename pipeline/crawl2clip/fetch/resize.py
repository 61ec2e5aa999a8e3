"""img2dataset's resizer, kept from images that would hurt it."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from crawl2clip.fetch.image_parts import Parts, parts
from crawl2clip.fetch.pixels import (
    MATTING_BYTES,
    Decoder,
    Pixels,
    as_opencv_reads,
    decoded_bytes,
    flattened,
    is_copied,
    needs_flattening,
)
from crawl2clip.fetch.problems import FetchError

ResizeMode = Literal["no", "keep_ratio", "center_crop", "border", "keep_ratio_largest"]
EncodeFormat = Literal["jpg", "png", "webp"]

# What Pillow itself refuses to open: twice its MAX_IMAGE_PIXELS.
MOST_PIXELS = 178_956_970

# What Pillow raises for broken images; RuntimeError comes from its AVIF decoder.
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error)

# bytes or None, width, height, original width, original height, what went wrong or None
Resized = tuple[bytes | None, int | None, int | None, int | None, int | None, str | None]


@dataclass(frozen=True)
class Resizing:
    """What images become. The stage's docstring says what each setting means."""

    image_size: int = 512
    resize_mode: ResizeMode = "keep_ratio_largest"
    resize_only_if_bigger: bool = True
    encode_format: EncodeFormat = "jpg"
    encode_quality: int = 95
    skip_reencode: bool = False
    min_image_size_px: int = 0
    max_aspect_ratio: float | None = None
    max_pixels: int = 89_478_484
    max_decoded_bytes: int = 420_000_000


@dataclass(frozen=True)
class GuardedResizer:
    """Looks at an image's parts and header before img2dataset's resizer has it decoded.

    A PNG of 50 kB can hold 20,000 x 20,000 pixels, and a GIF that many several times over.
    """

    resizer: Callable[[io.BytesIO, None], Resized]
    decoder: Decoder
    max_pixels: int
    max_decoded_bytes: int

    def __call__(self, stream: io.BytesIO, boxes: None = None) -> Resized:
        from PIL.Image import DecompressionBombError

        data = stream.getvalue()
        try:
            flat, decode = self._looked_at(data)
        except FetchError as error:
            return _refusal(error)
        except DecompressionBombError:
            return _refusal(self._too_large())
        except _BROKEN:
            return _refusal(_no_image(data))
        # Bytes that are no image are none that skip_reencode could pass on.
        given = io.BytesIO(b"flattened") if flat else stream
        with self.decoder.decoding(decode):
            return self.resizer(given, boxes)

    def _looked_at(self, data: bytes) -> tuple[bool, Callable[[], Pixels | None]]:
        """Whether the image is to be flattened, and what decodes it."""
        from PIL import Image

        found = parts(data)
        if found is None:
            raise _no_image(data)
        with Image.open(io.BytesIO(found.data), formats=[found.format]) as image:  # its header
            if image.width * image.height > self.max_pixels:
                raise self._too_large()
            if decoded_bytes(image, found) > self.max_decoded_bytes:
                raise self._too_much()
            if needs_flattening(image, found):
                return True, lambda: _flattened(found)
            copied = is_copied(image, found)
        return False, lambda: self._modest(as_opencv_reads(found, copied))

    def _modest(self, pixels: Pixels | None) -> Pixels | None:
        """The pixels, if the resizer can lay them over white in the memory that there is."""
        if pixels is None or pixels.shape[2:] != (4,):
            return pixels
        if pixels.size // 4 * MATTING_BYTES > self.max_decoded_bytes:
            raise self._too_much()
        return pixels

    def _too_large(self) -> FetchError:
        return FetchError("too many pixels", f"more than {self.max_pixels}")

    def _too_much(self) -> FetchError:
        detail = f"decoding takes more than {self.max_decoded_bytes} bytes"
        return FetchError("too much memory", detail)


def _flattened(found: Parts) -> Pixels:
    from PIL import Image

    try:
        with Image.open(io.BytesIO(found.data), formats=[found.format]) as image:
            return flattened(image)
    except _BROKEN:
        raise _no_image(found.data) from None


def _refusal(error: FetchError) -> Resized:
    return None, None, None, None, None, str(error)


def _no_image(data: bytes) -> FetchError:
    return FetchError("not an image", _described(data))


def _described(data: bytes) -> str:
    if not data:
        return "no bytes"
    start = data[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "markup"
    return f"starts with {data[:8].hex(' ')}"
