"""Settings of resized and encoded images."""

from dataclasses import dataclass
from typing import Literal

ResizeMode = Literal["no", "keep_ratio", "center_crop", "border", "keep_ratio_largest"]
EncodeFormat = Literal["jpg", "png", "webp"]

# What Pillow itself refuses to open: twice its MAX_IMAGE_PIXELS.
MOST_PIXELS = 178_956_970


@dataclass(frozen=True)
class Resizing:
    """The settings of resizing in `download_images`, whose docstring defines them.

    This is the one place where their names, types and defaults stand.
    """

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
