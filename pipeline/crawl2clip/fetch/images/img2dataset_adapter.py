"""Run img2dataset's Resizer with a decoder of our choice, raising FetchError.

Resizer silences the file descriptors of stdout and stderr while it works, so a process can resize
only one image at a time. albumentations and OpenCV are imported where it runs, not before.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from typing import Any, NamedTuple

from crawl2clip.fetch.images.pixels import Pixels
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_errors import FetchError

# The refusals of Resizer, word by word, and what a reader of the table should know of them.
_REFUSALS = {
    "image too small": "a side is shorter than min_image_size_px",
    "aspect ratio too large": "more than max_aspect_ratio",
}


class ResizedImage(NamedTuple):
    """An encoded image and sizes in pixels."""

    image: bytes
    width: int
    height: int
    original_width: int
    original_height: int


class Img2datasetResizer:
    """Resizes and encodes pixels, exactly as img2dataset does."""

    def __init__(self, resizing: Resizing) -> None:
        """Load a Resizer with these settings."""
        os.environ["OPENCV_IO_MAX_IMAGE_PIXELS"] = str(resizing.max_pixels)  # read on import of cv2
        module = load_resizer_module()
        self._decoder = module.cv2 = _Decoder(module.cv2)
        self._resizer = module.Resizer(
            image_size=resizing.image_size,
            resize_mode=resizing.resize_mode,
            resize_only_if_bigger=resizing.resize_only_if_bigger,
            encode_format=resizing.encode_format,
            encode_quality=resizing.encode_quality,
            skip_reencode=resizing.skip_reencode,
            min_image_size=resizing.min_image_size_px,
            max_aspect_ratio=resizing.max_aspect_ratio or float("inf"),
        )

    def __call__(self, data: bytes, decode: Callable[[], Pixels]) -> ResizedImage:
        """Resize the pixels that `decode` returns.

        data: the file, which `skip_reencode` may pass on as it is. Raises FetchError for an image
        that the settings refuse or OpenCV can't handle, and what `decode` raises if that is one.
        """
        with self._decoder.decoding(decode) as refusals:
            *image, message = self._resizer(io.BytesIO(data))
        if refusals:
            raise refusals[0]
        if message is not None:
            raise _refusal(message)
        return ResizedImage(*image)


class _Decoder:
    """Stands for cv2 in img2dataset's module: all of it, but another imdecode.

    Resizer turns every exception into a text, so each FetchError is kept here.
    """

    def __init__(self, cv2: Any) -> None:
        self._cv2 = cv2
        self._decode: Callable[[], Pixels] | None = None
        self._refusals: list[FetchError] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cv2, name)

    def imdecode(self, buffer: Pixels, flags: int) -> Pixels:
        assert self._decode is not None, "called within `decoding` alone"
        try:
            return self._decode()
        except FetchError as error:
            self._refusals.append(error)
            raise

    @contextmanager
    def decoding(self, decode: Callable[[], Pixels]) -> Iterator[list[FetchError]]:
        """Let `decode` decode for now; yield the list of what it refuses."""
        self._decode, self._refusals = decode, []
        try:
            yield self._refusals
        finally:
            self._decode, self._refusals = None, []


def load_resizer_module() -> Any:
    """Load img2dataset's resizer.py as a module of our own, whose `cv2` can be replaced.

    Importing the package would run all of its program, and wandb and webdataset with it.
    """
    os.environ["NO_ALBUMENTATIONS_UPDATE"] = "1"  # it would look for one on the network
    package = find_spec("img2dataset")
    if package is None:
        raise ModuleNotFoundError("No module named 'img2dataset'", name="img2dataset")
    spec = PathFinder.find_spec("resizer", package.submodule_search_locations)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError("No module named 'img2dataset.resizer'")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _refusal(message: str) -> FetchError:
    """Return the error for a message of Resizer's; OpenCV's are cut down to what was asserted."""
    if message in _REFUSALS:
        return FetchError(message, _REFUSALS[message])
    if message.startswith("OpenCV("):
        assertion = re.search(r"error: (.*)", message, re.DOTALL)
        return FetchError("not an image", assertion[1] if assertion else message)
    return FetchError("unexpected error", message)
