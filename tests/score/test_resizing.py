import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.score.clip import resizing
from crawl2clip.score.clip.resizing import Crop, by_pillow, resized
from tests.score.pictures import noise

SIZES = st.integers(1, 120)


@st.composite
def crops(draw: st.DrawFn) -> Crop:
    height, width = draw(SIZES), draw(SIZES)
    top, left = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
    bottom, right = draw(st.integers(top + 1, height)), draw(st.integers(left + 1, width))
    return Crop(height, width, top, left, bottom, right)


@pytest.mark.skipif(resizing._resample is None, reason="the C code was not built")
@settings(max_examples=300, deadline=None)
@given(SIZES, SIZES, crops(), st.sampled_from(["bicubic", "bilinear"]))
def test_every_size_and_crop_is_pillows_to_the_bit(
    height: int, width: int, crop: Crop, interpolation: str
) -> None:
    image = noise(height, width)

    assert resizing.agrees(interpolation)
    np.testing.assert_array_equal(
        resized(image, crop, interpolation), by_pillow(image, crop, interpolation)
    )


def test_without_the_c_code_pillow_does_it(monkeypatch: pytest.MonkeyPatch) -> None:
    image, crop = noise(50, 60), Crop(20, 30, 2, 3, 18, 25)
    fast = resized(image, crop, "bicubic")
    resizing.agrees.cache_clear()
    monkeypatch.setattr(resizing, "_resample", None)
    try:
        np.testing.assert_array_equal(resized(image, crop, "bicubic"), fast)
    finally:
        resizing.agrees.cache_clear()


@pytest.mark.skipif(resizing._resample is None, reason="the C code was not built")
def test_c_refuses_what_would_leave_the_image() -> None:
    def call(pixels: int = 12, starts: int = 0, weights: int = 2) -> bytearray:
        axis = np.array([starts], np.int32), np.zeros(weights, np.int32)
        good = np.array([0], np.int32), np.zeros(1, np.int32)
        return resizing._resample.resized(bytes(pixels), 2, 2, *axis, *good)

    assert call() == bytearray(3)
    for wrong in ({"pixels": 11}, {"starts": 1}, {"starts": -1}, {"weights": 3}, {"weights": 0}):
        with pytest.raises(ValueError, match=r"pixels|axis"):
            call(**wrong)
