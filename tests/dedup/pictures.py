"""Pictures to tell apart: soft shapes in chance colours, and what becomes of them on the web."""

import io
from random import Random

import numpy as np
from PIL import Image

from crawl2clip.synthetic_web.encoding import encoded


def picture(seed: int, width: int = 400, height: int = 300) -> Image.Image:
    """A field of colours that change softly; another for each seed."""
    cells = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), np.uint8)
    return Image.fromarray(cells).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    return encoded(image, "jpg", quality)


def copies(image: Image.Image, random: Random) -> dict[str, bytes]:
    """What a site makes of a picture: other bytes, the same sight."""
    width, height = image.size
    factor = random.uniform(0.4, 1.6)
    return {
        "recompressed": jpeg(image, random.randint(35, 70)),
        "resized": jpeg(image.resize((round(width * factor), round(height * factor)))),
        "webp": encoded(image, "webp", random.randint(40, 80)),
        "png": encoded(image, "png"),
        "grey": jpeg(image.convert("L").convert("RGB")),
    }


def with_exif(image: Image.Image) -> bytes:
    """A JPEG that asks to be turned by a quarter."""
    out, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()
