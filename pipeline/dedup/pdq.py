"""What a picture looks like, as 256 bits: PDQ, the perceptual hash of Meta's ThreatExchange."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray

BYTES = 32  # of a hash
# What the reference calls its own: a greater side adds nothing to a hash of 64 x 64 averages.
_LONGEST_PX = 512
_BROKEN = (OSError, ValueError, SyntaxError, EOFError)  # as Pillow's decoders raise them


def phash(data: bytes, least_quality: int, most_pixels: int) -> bytes | None:
    """The 32 bytes of the hash; None if the picture is too flat to have one.

    least_quality: 0 to 100 by PDQ's own measure of how much there is to see. Raises ValueError,
    saying 'kind: detail', for what is not an image or has more than most_pixels.
    """
    import pdqhash  # type: ignore[import-untyped]

    bits, quality = pdqhash.compute(_decoded(data, most_pixels))
    return np.packbits(bits.astype(np.uint8)).tobytes() if quality >= least_quality else None


def _decoded(data: bytes, most_pixels: int) -> NDArray[np.uint8]:
    """RGB, (height, width, 3), at most 512 px on a side; what is transparent is white."""
    from PIL import Image

    try:
        with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > most_pixels:
                raise ValueError(f"too many pixels: {picture.width} x {picture.height}")
            picture.draft("RGB", (_LONGEST_PX, _LONGEST_PX))  # a large JPEG: decode a part of it
            picture.thumbnail((_LONGEST_PX, _LONGEST_PX))
            rgba = picture.convert("RGBA") if picture.has_transparency_data else None
            if rgba is None:
                return np.asarray(picture.convert("RGB"))
            white = Image.new("RGBA", rgba.size, "white")
            return np.asarray(Image.alpha_composite(white, rgba).convert("RGB"))
    except Image.DecompressionBombError as error:
        raise ValueError(f"too many pixels: {error}") from None
    except _BROKEN as error:
        if str(error).startswith("too many pixels"):
            raise
        detail = " ".join(str(error).split())[:200]
        raise ValueError(f"not an image: {detail or type(error).__name__}") from None
