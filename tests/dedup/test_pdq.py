import io
from random import Random

import numpy as np
import pytest
from PIL import Image

from crawl2clip.dedup.near.pdq import phash
from crawl2clip.synthetic_web.encoding import bomb, encoded
from tests.dedup.pictures import copies, jpeg, picture


def bits_apart(a: bytes, b: bytes) -> int:
    left, right = (phash(data, 50, 10**8) for data in (a, b))
    assert left is not None
    assert right is not None
    assert len(left) == len(right) == 80
    return int(
        np.bitwise_count(np.frombuffer(left[:32], "u8") ^ np.frombuffer(right[:32], "u8")).sum()
    )


@pytest.mark.parametrize("kind", copies(picture(0), Random(0)))
def test_copies_are_near(kind: str) -> None:
    random = Random(0)
    apart = [bits_apart(jpeg(picture(n)), copies(picture(n), random)[kind]) for n in range(20)]

    assert max(apart) <= 31, apart


def test_strangers_are_far() -> None:
    apart = [bits_apart(jpeg(picture(n)), jpeg(picture(n + 100))) for n in range(20)]

    assert min(apart) > 80, apart


def test_a_picture_with_nothing_to_see_has_no_hash() -> None:
    flat = jpeg(Image.new("RGB", (300, 200), "grey"))

    assert phash(flat, 50, 10**8) is None
    assert phash(flat, 0, 10**8) is not None


def test_what_is_transparent_is_white() -> None:
    image = picture(3)
    image.paste("white", (0, 0, 200, 300))
    clear = picture(3).convert("RGBA")
    clear.paste((0, 0, 0, 0), (0, 0, 200, 300))

    assert bits_apart(encoded(clear, "png"), encoded(image, "png")) <= 4


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "CMYK", "I;16", "F"])
def test_pictures_come_in_every_mode(mode: str) -> None:
    out = io.BytesIO()
    source = picture(1).convert("L" if mode in ("I;16", "F") else "RGB")
    source.convert(mode).save(out, "TIFF")

    found = phash(out.getvalue(), 0, 10**8)

    assert found is not None
    assert len(found) == 80


@pytest.mark.parametrize("data", [b"", b"<html>", jpeg(picture(0))[:600], b"\x89PNG\r\n\x1a\n"])
def test_what_is_no_picture_says_so(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"^not an image: .+"):
        phash(data, 50, 10**8)


def test_too_many_pixels_are_refused_before_they_are_decoded() -> None:
    with pytest.raises(ValueError, match=r"^too many pixels: 400 x 300"):
        phash(jpeg(picture(0)), 50, 400 * 300 - 1)
    with pytest.raises(ValueError, match=r"^too many pixels: .*400000000"):
        phash(bomb(20_000), 50, 10**8)
