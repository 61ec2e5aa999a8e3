"""Preprocess encoded images exactly as open_clip does, but several times faster.

Images that are not RGB or grey (palettes, alpha, CMYK, 16 bits) are rare and go through open_clip's
own transform. EXIF orientation is not applied, as open_clip does not apply it.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any, Literal

import numpy as np
from PIL import Image, UnidentifiedImageError

from crawl2clip.score.clip.resizing import Crop, Pixels, agrees, resized

# What Pillow itself refuses to open: twice its MAX_IMAGE_PIXELS.
MOST_PIXELS = 178_956_970

# What browsers show; Pillow reads more, in decoders that fewer people have attacked.
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF")

# What Pillow raises for broken images, and torchvision (RuntimeError).
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, RuntimeError, struct.error)


class UndecodableError(ValueError):
    """The bytes are not an image, or not one that can be resized."""


@dataclass(frozen=True)
class Spec:
    """Preprocessing of a model; models with equal specs share the pixels.

    size: (height, width) in px. mean, std: per channel, applied on the device.
    """

    size: tuple[int, int]
    resize_mode: Literal["shortest", "longest", "squash"] = "shortest"
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    mean: tuple[float, ...] = (0.48145466, 0.4578275, 0.40821073)
    std: tuple[float, ...] = (0.26862954, 0.26130258, 0.27577711)
    fill_color: int = 0

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Spec:
        """Read open_clip's `preprocess_cfg` of a model; `random` interpolation means bicubic."""
        size = config["size"]
        bilinear = config.get("interpolation") == "bilinear"
        return cls(
            size=(size, size) if isinstance(size, int) else tuple(size),
            resize_mode=config.get("resize_mode") or "shortest",
            interpolation="bilinear" if bilinear else "bicubic",
            mean=tuple(config["mean"]),
            std=tuple(config["std"]),
            fill_color=config.get("fill_color") or 0,
        )

    def crop(self, height: int, width: int) -> Crop:
        """Return the size to resize an image to, and the crop of it; less than `size` is padded."""
        tall, wide = resized_size(self, height, width)
        top = max(0, round((tall - self.size[0]) / 2.0))
        left = max(0, round((wide - self.size[1]) / 2.0))
        bottom, right = min(tall, top + self.size[0]), min(wide, left + self.size[1])
        return Crop(tall, wide, top, left, bottom, right)


def resized_size(spec: Spec, height: int, width: int) -> tuple[int, int]:
    """Return the (height, width) to resize to, rounded as torchvision and timm do."""
    tall, wide = spec.size
    if spec.resize_mode == "squash":
        return tall, wide
    if spec.resize_mode == "shortest" and tall == wide:
        if width <= height:
            return int(tall * height / width), wide
        return tall, int(wide * width / height)
    choose = max if spec.resize_mode == "longest" else min
    ratio = choose(height / tall, width / wide)
    return round(height / ratio), round(width / ratio)


def pixels(data: bytes | None, specs: Sequence[Spec]) -> list[Pixels]:
    """Return the pixels for each spec, (*size, 3), decoding once. Raises UndecodableError."""
    try:
        with Image.open(io.BytesIO(data or b""), formats=FORMATS) as image:  # the header alone
            if image.width * image.height > MOST_PIXELS:
                raise UndecodableError(f"{image.width} x {image.height} pixels are too many")
            rgb = _rgb(image, data or b"") if image.mode in ("RGB", "L") else None
            return [_for(spec, image, rgb) for spec in specs]
    except UndecodableError:
        raise
    except Image.DecompressionBombError:
        raise UndecodableError(f"more than {MOST_PIXELS} pixels") from None
    except _BROKEN as error:
        raise UndecodableError(_why(error, data)) from None


def _why(error: Exception, data: bytes | None) -> str:
    if not data:
        return "no bytes"
    if isinstance(error, UnidentifiedImageError):  # its text has an address in it
        return f"starts with {data[:8].hex(' ')}"
    return " ".join(str(error).split())[:200] or type(error).__name__


def _for(spec: Spec, image: Image.Image, rgb: Pixels | None) -> Pixels:
    height, width = (image.height, image.width) if rgb is None else rgb.shape[:2]
    crop = spec.crop(height, width)
    by_pillow = rgb is None or not agrees(spec.interpolation)
    if by_pillow and crop.height * crop.width > MOST_PIXELS:  # 1 x 5,000 pixels would become 2 GB
        raise UndecodableError(f"{width} x {height} pixels are too long and thin to resize")
    if rgb is None:
        return np.array(_transform(spec)(image))
    return _padded(resized(rgb, crop, spec.interpolation), spec)


def _padded(made: Pixels, spec: Spec) -> Pixels:
    """Centre an image in `size`, the odd pixel after it; only `longest` needs padding."""
    lacking = [(want - got) for want, got in zip(spec.size, made.shape[:2], strict=True)]
    if not any(lacking):
        return made
    sides = [(lack // 2, (lack + 1) // 2) for lack in lacking]
    return np.pad(made, [*sides, (0, 0)], constant_values=spec.fill_color)


def _rgb(image: Image.Image, data: bytes) -> Pixels:
    if image.format == "JPEG" and _torchvision_agrees():
        return _by_torchvision(data)
    return np.asarray(image.convert("RGB"))


def _by_torchvision(data: bytes) -> Pixels:
    import torch

    encoded = torch.frombuffer(bytearray(data), dtype=torch.uint8)
    decoded = torch.ops.image.decode_jpeg(encoded, 3, False)  # RGB, and no EXIF
    rgb: Pixels = decoded.permute(1, 2, 0).numpy()
    return rgb


@lru_cache(maxsize=1)
def _torchvision_agrees() -> bool:
    """Return whether torchvision has a JPEG decoder that agrees with Pillow's."""
    import torch
    import torchvision.io  # noqa: F401  # brings the operators along

    if not hasattr(torch.ops.image, "decode_jpeg"):
        return False
    noise = np.random.default_rng(0).integers(0, 256, (61, 47, 3), np.uint8)
    encoded = io.BytesIO()
    Image.fromarray(noise).save(encoded, "JPEG", quality=75)
    with Image.open(encoded) as image:
        return np.array_equal(_by_torchvision(encoded.getvalue()), np.asarray(image))


@lru_cache(maxsize=8)
def _transform(spec: Spec) -> Any:
    """Return open_clip's own transform, up to the conversion to floats."""
    from open_clip.transform import PreprocessCfg, image_transform_v2
    from torchvision.transforms import Compose

    whole = image_transform_v2(PreprocessCfg(**asdict(spec)), is_train=False)
    return Compose(whole.transforms[:-2])
