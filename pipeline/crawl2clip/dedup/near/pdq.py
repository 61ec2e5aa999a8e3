"""Compute PDQ, the perceptual hash of Meta's ThreatExchange, and a mosaic of colours.

PDQ encodes in 256 bits where an image is darker than elsewhere. Drawings of the same layout can
agree in all but 30 of them, so the colours of a 4 x 4 mosaic are appended: in copies they differ by
less than 2 of 255 levels, in different images that PDQ confuses by more than 10.
"""

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image

BITS_BYTES = 32
MOSAIC = 4  # fields a side, each three bytes
BYTES = BITS_BYTES + 3 * MOSAIC**2
# The reference implementation scales all images to this first, so that a copy's size does not
# change its bits.
_SIDE_PX = 512
_BROKEN = (OSError, ValueError, SyntaxError, EOFError)  # as Pillow's decoders raise them


def phash(data: bytes, least_quality: int, most_pixels: int) -> bytes | None:
    """Return PDQ's 32 bytes and 48 bytes of colours; None if the image is too uniform to hash.

    least_quality: 0 to 100, by PDQ's own measure of image detail. Raises ValueError, with a message
    'kind: detail', for data that is not an image or has more than most_pixels.
    """
    import pdqhash  # type: ignore[import-untyped]
    from PIL import Image

    picture = _decoded(data, most_pixels)
    square = picture.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.BICUBIC)
    bits, quality = pdqhash.compute(np.asarray(square))
    if quality < least_quality:
        return None
    mosaic = picture.resize((MOSAIC, MOSAIC), Image.Resampling.BOX)
    return np.packbits(bits.astype(np.uint8)).tobytes() + mosaic.tobytes()


def _decoded(data: bytes, most_pixels: int) -> "Image.Image":
    """Decode to RGB of at most 512 px a side; transparent areas become white."""
    from PIL import Image, UnidentifiedImageError

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > most_pixels:
                raise ValueError(f"too many pixels: {picture.width} x {picture.height}")
            picture.draft("RGB", (_SIDE_PX, _SIDE_PX))  # a large JPEG: decode a part of it
            picture.thumbnail((_SIDE_PX, _SIDE_PX))
            rgba = picture.convert("RGBA") if picture.has_transparency_data else None
            if rgba is None:
                return picture.convert("RGB")
            white = Image.new("RGBA", rgba.size, "white")
            return Image.alpha_composite(white, rgba).convert("RGB")
    except Image.DecompressionBombError as error:
        raise ValueError(f"too many pixels: {error}") from None
    except UnidentifiedImageError:  # whose message has an address in memory, new each time
        raise ValueError(f"not an image: starts with {data[:8].hex(' ')}") from None
    except _BROKEN as error:
        if str(error).startswith("too many pixels"):
            raise
        detail = " ".join(str(error).split())[:200]
        raise ValueError(f"not an image: {detail or type(error).__name__}") from None
