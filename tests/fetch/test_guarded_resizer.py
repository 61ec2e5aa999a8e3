"""What img2dataset is given to resize, and that it makes of it what it always does."""

import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from crawl2clip.fetch.images import img2dataset_adapter
from crawl2clip.fetch.images.guarded_resizer import GuardedResizer
from crawl2clip.fetch.images.img2dataset_adapter import Img2datasetResizer, ResizedImage
from crawl2clip.fetch.images.pixels import Pixels
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_errors import FetchError
from tests.fetch.pictures import picture


def photograph(kind: str, width: int, height: int, mode: str = "RGB") -> bytes:
    """Noise over a gradient, the same each time, so that every step of resizing shows."""
    noise = np.random.default_rng(width * height).integers(0, 60, (height, width, 3))
    slope = np.linspace(0, 190, width)[None, :, None]
    stream = io.BytesIO()
    Image.fromarray((noise + slope).astype(np.uint8)).convert(mode).save(stream, kind)
    return stream.getvalue()


SETTINGS: list[dict[str, Any]] = [
    {},
    {"image_size": 64},
    {"image_size": 64, "resize_mode": "border"},
    {"image_size": 64, "resize_mode": "center_crop", "encode_format": "webp"},
    {"image_size": 64, "resize_mode": "keep_ratio", "encode_format": "png", "encode_quality": 6},
    {"image_size": 400, "resize_only_if_bigger": False},
    {"resize_mode": "no", "skip_reencode": True},
]
FILES = [
    photograph("JPEG", 300, 200),
    photograph("JPEG", 90, 170, "L"),
    photograph("JPEG", 90, 60, "CMYK"),
    photograph("PNG", 211, 97),
    photograph("PNG", 60, 80, "P"),
    photograph("WEBP", 130, 131),
    photograph("BMP", 75, 75),
]


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_images_equal_those_of_img2dataset_byte_by_byte(settings: dict[str, Any]) -> None:
    default = {"image_size": 512, "resize_mode": "keep_ratio_largest"}
    img2dataset = img2dataset_adapter.load_resizer_module()
    theirs = img2dataset.Resizer(**(default | {"resize_only_if_bigger": True} | settings))
    ours = GuardedResizer(Resizing(**settings))
    assert img2dataset.cv2 is cv2, "theirs decodes by itself"

    for file in FILES:
        *wanted, error = theirs(io.BytesIO(file))
        assert error is None
        assert list(ours(file)[:5]) == wanted


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP"])
def test_img2dataset_never_sees_an_alpha_channel_for_it_takes_gigabytes(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def resize(self: object, data: bytes, decode: Callable[[], Pixels]) -> ResizedImage:
        seen.append(decode().shape)
        return ResizedImage(b"", 1, 1, 1, 1)

    monkeypatch.setattr(Img2datasetResizer, "__call__", resize)
    guarded = GuardedResizer(Resizing())
    guarded(picture(40, 30, kind, "RGBA"))
    guarded(picture(40, 30, "JPEG", "CMYK"))

    assert seen == [(30, 40, 3), (30, 40, 3)]


def refusal(data: bytes, decode: Callable[[], Pixels], **settings: Any) -> FetchError:
    with pytest.raises(FetchError) as caught:
        Img2datasetResizer(Resizing(**settings))(data, decode)
    return caught.value


def test_refusals_of_img2dataset_and_opencv_have_a_kind() -> None:
    wide = np.zeros((10, 30, 3), np.uint8)

    small = refusal(b"", lambda: wide, min_image_size_px=11)
    long = refusal(b"", lambda: wide, max_aspect_ratio=2.9)
    empty = refusal(b"", lambda: cv2.imdecode(np.empty(0, np.uint8), cv2.IMREAD_UNCHANGED))
    odd = refusal(b"", lambda: np.zeros((10, 30, 7), np.uint8))
    other = refusal(b"", lambda: memoryview(b"")[1])

    assert str(small) == "image too small: a side is shorter than min_image_size_px"
    assert str(long) == "aspect ratio too large: more than max_aspect_ratio"
    assert (
        str(empty) == "not an image: (-215:Assertion failed) !buf.empty() in function 'imdecode_'"
    )
    assert odd.kind == "not an image"
    assert str(other) == "unexpected error: index out of bounds on dimension 1"


def test_what_the_decoder_refuses_is_raised_as_it_is() -> None:
    def decode() -> Pixels:
        raise error

    error = FetchError("too much memory", "OpenCV(1): error: no message is read", transient=True)

    assert refusal(b"", decode) is error
