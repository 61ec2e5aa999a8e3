"""img2dataset's resizer, kept from images that would hurt it."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pipeline.fetch.problems import problem

if TYPE_CHECKING:
    from PIL.Image import Image

ResizeMode = Literal["no", "keep_ratio", "center_crop", "border", "keep_ratio_largest"]
EncodeFormat = Literal["jpg", "png", "webp"]

# What Pillow itself refuses to open: twice its MAX_IMAGE_PIXELS.
MOST_PIXELS = 178_956_970

# What browsers show. OpenCV reads more, in decoders that fewer people have attacked.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")
_PNG_START = b"\x89PNG\r\n\x1a\n"
_PNG_DEPTH = 24  # where a PNG says how many bits a sample has

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


@dataclass(frozen=True)
class GuardedResizer:
    """Looks at an image's header before img2dataset's resizer decodes it.

    A PNG of 50 kB can hold 20,000 x 20,000 pixels. And two kinds of image it would spoil are made
    plain first: 16-bit ones come out white, and laying 9,000 x 9,000 transparent pixels over white
    takes it 6 GB.
    """

    resizer: Callable[[io.BytesIO, None], Resized]
    max_pixels: int

    def __call__(self, stream: io.BytesIO, boxes: None = None) -> Resized:
        from PIL.Image import DecompressionBombError

        try:
            plain = self._plain(stream)
        except DecompressionBombError:
            return _refusal(problem("too many pixels", f"more than {self.max_pixels}"))
        except _BROKEN:
            return _refusal(problem("not an image", _described(stream.getvalue())))
        return self.resizer(plain, boxes)

    def _plain(self, stream: io.BytesIO) -> io.BytesIO:
        from PIL import Image

        stream.seek(0)
        with Image.open(stream, formats=FORMATS) as image:  # reads the header alone
            if image.width * image.height > self.max_pixels:
                raise Image.DecompressionBombError
            return _flat(image) if _is_odd(image, stream.getvalue()) else stream


def _is_odd(image: Image, data: bytes) -> bool:
    deep = data.startswith(_PNG_START) and data[_PNG_DEPTH] == 16
    # Of AVIF's 10 and 12 bits a sample nothing shows in Pillow's header.
    return deep or image.format == "AVIF" or image.has_transparency_data


def _flat(image: Image) -> io.BytesIO:
    """The first frame over white, 8 bits a sample, without loss."""
    from PIL import Image

    if image.mode.startswith("I"):  # 16-bit grey, which convert() would cut off at 255
        image = image.point(lambda value: value * (1 / 256)).convert("L")
    rgba = image.convert("RGBA")
    white = Image.new("RGB", image.size, "white")
    white.paste(rgba, mask=rgba.getchannel("A"))
    flat = io.BytesIO()
    white.save(flat, "BMP")
    return flat


def _refusal(message: str) -> Resized:
    return None, None, None, None, None, message


def _described(data: bytes) -> str:
    if not data:
        return "no bytes"
    start = data[:200].lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<svg")):
        return "markup"
    return f"starts with {data[:8].hex(' ')}"
