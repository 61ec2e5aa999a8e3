"""Make thumbnails of images."""

from __future__ import annotations

import io
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIDE_PX = 160
MOST_PIXELS = 40_000_000  # decoded, 120 MB; an image claiming more is not opened
FORMATS = ("JPEG", "PNG", "WEBP")  # what fetch writes; fewer decoders for hostile bytes to reach
QUALITY = 80
PAPER = (255, 255, 255)  # what shows through a transparent image


def thumbnail(image: bytes) -> bytes | None:
    """Return a JPEG of at most SIDE_PX a side; None if the image can't be read or is too large."""
    from PIL import Image  # executors have it; the driver need not

    try:
        with Image.open(io.BytesIO(image), formats=FORMATS) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                return None
            picture.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))  # JPEG only: decodes at a fraction
            picture.thumbnail((SIDE_PX, SIDE_PX))
            return _jpeg(picture)
    # What Pillow's decoders raise for truncated or corrupt data and decompression bombs.
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, Image.DecompressionBombError):
        return None


def _jpeg(picture: Picture) -> bytes:
    from PIL import Image

    solid = picture.convert("RGBA")
    paper = Image.new("RGBA", solid.size, (*PAPER, 255))
    out = io.BytesIO()
    Image.alpha_composite(paper, solid).convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
