"""Resize and crop RGB pixels, bit for bit as Pillow, and therefore open_clip, does.

The C extension computes only the pixels inside the crop. If it was not built, or disagrees with the
installed Pillow, Pillow is used.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

try:
    from crawl2clip.score.native import _resample
except ImportError:  # no C compiler where it was installed
    _resample = None  # type: ignore[assignment]

Pixels = NDArray[np.uint8]
Ints = NDArray[np.int32]

ONE = 1 << 22  # Pillow's weights are fixed-point numbers with this unit
_FILTERS = {"bicubic": Image.Resampling.BICUBIC, "bilinear": Image.Resampling.BILINEAR}
_SUPPORT = {"bicubic": 2.0, "bilinear": 1.0}


class Crop(NamedTuple):
    """A resize to (height, width) followed by a crop of (bottom - top, right - left) pixels."""

    height: int
    width: int
    top: int
    left: int
    bottom: int
    right: int


def resized(pixels: Pixels, crop: Crop, interpolation: str) -> Pixels:
    """Resize pixels (H, W, 3) to the crop's height and width, and crop them."""
    fast = by_us if agrees(interpolation) else by_pillow
    return fast(pixels, crop, interpolation)


def by_pillow(pixels: Pixels, crop: Crop, interpolation: str) -> Pixels:
    """Resize with Pillow, which is slower and computes the whole image before it is cropped."""
    image = Image.fromarray(pixels).resize((crop.width, crop.height), _FILTERS[interpolation])
    return np.array(image.crop((crop.left, crop.top, crop.right, crop.bottom)))


def by_us(pixels: Pixels, crop: Crop, interpolation: str) -> Pixels:
    """Resize with the C extension, in the order of passes that the installed Pillow uses."""
    height, width, _ = pixels.shape
    lost = height - crop.height
    if lost > 0 and lost > 2 * (width - crop.width) and _rows_may_come_first():
        return _turned(by_us_in_order(_turned(pixels), Crop(*_swapped(crop)), interpolation))
    return by_us_in_order(pixels, crop, interpolation)


def by_us_in_order(pixels: Pixels, crop: Crop, interpolation: str) -> Pixels:
    """Resize across, then down; the order matters, as each pass rounds to bytes."""
    assert _resample is not None
    height, width, _ = pixels.shape
    across = _axis(width, crop.width, crop.left, crop.right, interpolation)
    down = _axis(height, crop.height, crop.top, crop.bottom, interpolation)
    made = _resample.resized(np.ascontiguousarray(pixels), height, width, *across, *down)
    return np.frombuffer(made, np.uint8).reshape(crop.bottom - crop.top, -1, 3)


@lru_cache
def agrees(interpolation: str) -> bool:
    """Return whether the C extension was built and agrees with the installed Pillow."""
    crops = [Crop(23, 30, 3, 0, 23, 28), Crop(90, 71, 5, 5, 80, 70), Crop(12, 60, 0, 4, 12, 50)]
    return _resample is not None and all(
        np.array_equal(
            by_us(_noise(), crop, interpolation), by_pillow(_noise(), crop, interpolation)
        )
        for crop in crops
    )


@lru_cache
def _rows_may_come_first() -> bool:
    """Return whether this Pillow shrinks tall images down first, as 13 does and 11 does not."""
    crop = Crop(12, 60, 0, 0, 12, 60)
    in_order = by_us_in_order(_noise(), crop, "bicubic")
    return not np.array_equal(in_order, by_pillow(_noise(), crop, "bicubic"))


def _noise() -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (61, 47, 3), np.uint8)


def _turned(pixels: Pixels) -> Pixels:
    return pixels.transpose(1, 0, 2)


def _swapped(crop: Crop) -> tuple[int, ...]:
    return crop.width, crop.height, crop.left, crop.top, crop.right, crop.bottom


@lru_cache(maxsize=4096)  # photographs come in few sizes; an entry takes a few kilobytes
def _axis(length: int, made: int, first: int, last: int, interpolation: str) -> tuple[Ints, Ints]:
    """Return starts (n,) and weights (n, taps) of the source pixels of pixels [first, last).

    The filter is stretched when shrinking, so that every pixel counts; the weights of a pixel add
    up to about ONE. Each has as many taps as the widest needs, all of them inside the image.
    """
    if length == made:  # Pillow leaves out the pass
        return np.arange(first, last, dtype=np.int32), np.full((last - first, 1), ONE, np.int32)
    scale = length / made
    stretch = max(scale, 1.0)
    support = _SUPPORT[interpolation] * stretch
    centers = (np.arange(first, last) + 0.5) * scale
    low = np.maximum((centers - support + 0.5).astype(np.int64), 0)
    high = np.minimum((centers + support + 0.5).astype(np.int64), length)
    taps = int((high - low).max())
    at = low[:, None] + np.arange(taps)
    shares = _shares((at - centers[:, None] + 0.5) * (1.0 / stretch), interpolation)
    shares[at >= high[:, None]] = 0.0
    total = np.cumsum(shares, axis=1)[:, -1:]  # one after the other, as C adds them
    return _inside(low, _whole(shares / np.where(total == 0, 1, total)), length)


def _shares(x: NDArray[np.float64], interpolation: str) -> NDArray[np.float64]:
    """Evaluate the filter at x; bicubic is Keys' with a = -0.5."""
    x = np.abs(x)
    if interpolation == "bilinear":
        return np.where(x < 1, 1 - x, 0.0)
    a = -0.5
    near, far = ((a + 2) * x - (a + 3)) * x * x + 1, (((x - 5) * x + 8) * x - 4) * a
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _whole(shares: NDArray[np.float64]) -> Ints:
    return (shares * ONE + np.copysign(0.5, shares)).astype(np.int32)  # towards zero, as C casts


def _inside(low: NDArray[np.int64], weights: Ints, length: int) -> tuple[Ints, Ints]:
    """Move taps that lie beyond the last pixel, whose weights are 0, to the front."""
    taps = weights.shape[1]
    starts = np.minimum(low, length - taps)
    moved = (np.arange(taps) - (low - starts)[:, None]) % taps
    inside = np.take_along_axis(weights, moved, axis=1)
    return starts.astype(np.int32), np.ascontiguousarray(inside)
