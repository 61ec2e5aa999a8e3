"""PDQ on photographs: what is taken for the same picture, and what is not."""

import io
from random import Random

import numpy as np
import pytest
from PIL import Image

from crawl2clip.dedup.near.pdq import phash
from crawl2clip.synthetic_web.encoding import cropped, recompressed, resized
from tests.conformance import SHARED, needs_shared

pytestmark = needs_shared

PHOTOS = 200


def hashed(data: bytes) -> np.ndarray:
    found = phash(data, 0, 10**9)
    assert found is not None, "a photograph has something to see"
    return np.frombuffer(found, np.uint64)[:4]


@pytest.fixture(scope="module")
def photos() -> list[bytes]:
    folder = SHARED / "data" / "photos-iiw-256"
    return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))[:PHOTOS]]


@pytest.fixture(scope="module")
def known(photos: list[bytes]) -> np.ndarray:
    return np.stack([hashed(photo) for photo in photos])


def distances(known: np.ndarray, copies: list[bytes]) -> np.ndarray:
    made = np.stack([hashed(copy) for copy in copies])
    return np.asarray(np.bitwise_count(made[:, None] ^ known[None]).sum(axis=2))


def test_recompressed_and_resized_copies_are_within_31_bits_and_strangers_are_not(
    photos: list[bytes], known: np.ndarray
) -> None:
    random = Random(0)
    for change in (recompressed, resized):
        apart = distances(known, [change(photo, random) for photo in photos])
        same = np.eye(PHOTOS, dtype=bool)

        assert (apart[same] <= 31).mean() >= 0.98
        assert not (apart[~same] <= 31).any()


def test_photos_without_their_edges_are_closer_than_strangers_but_beyond_31_bits(
    photos: list[bytes], known: np.ndarray
) -> None:
    random = Random(0)
    apart = distances(known, [cropped(photo, random) for photo in photos])

    # Why the docstrings send those who look for crops to embeddings.
    assert (np.diag(apart) <= 31).mean() < 0.05
    assert (apart.argmin(axis=1) == np.arange(PHOTOS)).mean() > 0.95


def test_size_and_format_do_not_matter(photos: list[bytes]) -> None:
    with Image.open(io.BytesIO(photos[0])) as image:
        out = io.BytesIO()
        image.resize((1_400, 1_000)).save(out, "WEBP", quality=60)
        small = io.BytesIO()
        image.resize((1_400, 1_000)).resize((160, 120)).save(small, "PNG")

    apart = np.bitwise_count(hashed(out.getvalue()) ^ hashed(small.getvalue())).sum()

    assert apart <= 31
