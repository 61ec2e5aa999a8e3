"""Encoded images of every kind that open_clip's own transform is compared on."""

import io
from typing import Any

import numpy as np
from PIL import Image


def noise(height: int, width: int, channels: int = 3, seed: int = 0) -> np.ndarray:
    """Smooth blotches under noise: what resizing and JPEG both have to work for."""
    draw = np.random.default_rng(seed)
    coarse = draw.integers(0, 256, (height // 9 + 2, width // 9 + 2, channels), np.uint8)
    smooth = np.kron(coarse, np.ones((9, 9, 1)))[:height, :width]
    rough = draw.integers(-40, 40, (height, width, channels))
    return np.clip(smooth + rough, 0, 255).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def rgb(height: int = 70, width: int = 90, seed: int = 0) -> Image.Image:
    return Image.fromarray(noise(height, width, 3, seed))


def kinds() -> dict[str, bytes]:
    """By a name that says what is odd about it."""
    grey = rgb().convert("L")
    alpha = Image.fromarray(noise(70, 90, 4))
    turned = Image.Exif()
    turned[0x0112] = 6
    sixteen = Image.fromarray((noise(70, 90, 1)[..., 0].astype(np.uint16) * 257).astype(np.uint16))
    clear = rgb().quantize(64)
    return {
        "jpeg": encoded(rgb(), "JPEG", quality=90),
        "jpeg 4:4:4": encoded(rgb(), "JPEG", quality=95, subsampling=0),
        "jpeg progressive": encoded(rgb(), "JPEG", progressive=True),
        "jpeg grey": encoded(grey, "JPEG"),
        "jpeg cmyk": encoded(rgb().convert("CMYK"), "JPEG"),
        "jpeg as rgb": encoded(rgb(), "JPEG", keep_rgb=True),
        "jpeg turned by exif": encoded(rgb(), "JPEG", exif=turned),
        "jpeg 1 x 1": encoded(rgb(1, 1), "JPEG"),
        "jpeg 2 x 3": encoded(rgb(2, 3), "JPEG"),
        "jpeg tall": encoded(rgb(300, 40), "JPEG"),
        "jpeg wide": encoded(rgb(40, 300), "JPEG"),
        "jpeg of the size": encoded(rgb(32, 32), "JPEG"),
        "png": encoded(rgb(), "PNG"),
        "png grey": encoded(grey, "PNG"),
        "png of one bit": encoded(grey.convert("1"), "PNG"),
        "png with alpha": encoded(alpha, "PNG"),
        "png grey with alpha": encoded(alpha.convert("LA"), "PNG"),
        "png palette": encoded(clear, "PNG"),
        "png palette with alpha": encoded(clear, "PNG", transparency=3),
        "png of 16 bits": encoded(sixteen, "PNG"),
        "png rgb with a clear colour": encoded(rgb(), "PNG", transparency=(1, 2, 3)),
        "webp": encoded(rgb(), "WEBP"),
        "webp lossless with alpha": encoded(alpha, "WEBP", lossless=True),
        "gif": encoded(rgb(), "GIF"),
        "bmp": encoded(rgb(), "BMP"),
        "avif": encoded(rgb(), "AVIF"),
    }
