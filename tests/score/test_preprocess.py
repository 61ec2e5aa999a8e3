"""Against open_clip's own transform, to the bit."""

import io
from dataclasses import asdict

import numpy as np
import pytest
import torch
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from crawl2clip.score.clip.preprocess import Spec, UndecodableError, pixels
from tests.score.pictures import encoded, kinds, rgb

KINDS = kinds()
SPECS = [
    Spec((32, 32)),
    Spec((32, 32), "shortest", "bilinear"),
    Spec((30, 41)),
    Spec((32, 32), "squash", "bilinear"),
    Spec((32, 48), "squash"),
    Spec((32, 32), "longest"),
    Spec((31, 45), "longest", "bilinear", fill_color=7),
]


def theirs(spec: Spec, data: bytes) -> torch.Tensor:
    return image_transform_v2(PreprocessCfg(**asdict(spec)), False)(Image.open(io.BytesIO(data)))


def floats(spec: Spec, made: np.ndarray) -> torch.Tensor:
    """What a device makes of the bytes."""
    mean, std = (torch.tensor(values).view(3, 1, 1) for values in (spec.mean, spec.std))
    return torch.from_numpy(made).permute(2, 0, 1).float().div(255).sub(mean).div(std)


@pytest.mark.parametrize("kind", KINDS)
def test_pixels_are_those_of_open_clip(kind: str) -> None:
    made = pixels(KINDS[kind], SPECS)

    for spec, array in zip(SPECS, made, strict=True):
        assert torch.equal(floats(spec, array), theirs(spec, KINDS[kind])), spec


def test_sizes_round_as_theirs_do() -> None:
    draw = np.random.default_rng(1)
    for height, width in draw.integers(1, 130, (60, 2)):
        data = encoded(rgb(int(height), int(width)), "BMP")
        for spec, array in zip(SPECS, pixels(data, SPECS), strict=True):
            assert torch.equal(floats(spec, array), theirs(spec, data)), (height, width, spec)


def test_a_strip_of_an_image_needs_no_memory() -> None:
    """open_clip would make 32 x 1,600,000 pixels of it first."""
    strip = encoded(Image.new("RGB", (1, 50_000), "red"), "PNG")

    [made] = pixels(strip, SPECS[:1])

    assert (made == (255, 0, 0)).all()


def test_a_strip_that_only_pillow_can_resize_is_refused() -> None:
    strip = encoded(Image.new("RGBA", (1, 60_000), "red"), "PNG")

    with pytest.raises(UndecodableError, match="too long and thin"):
        pixels(strip, [Spec((224, 224))])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (None, "no bytes"),
        (b"", "no bytes"),
        (b"<html>not found</html>", "starts with 3c 68 74 6d"),
        (KINDS["jpeg"][:900], "."),
        (KINDS["png"][:900], "."),
        (KINDS["webp"][:300], "."),
        (KINDS["jpeg"][:30], "."),
        (encoded(Image.new("1", (14_000, 14_000)), "PNG"), "pixels"),
    ],
)
def test_what_is_no_image_says_why(data: bytes | None, why: str) -> None:
    with pytest.raises(UndecodableError, match=why) as error:
        pixels(data, SPECS[:1])

    assert "0x" not in str(error.value), "the same in every run"
