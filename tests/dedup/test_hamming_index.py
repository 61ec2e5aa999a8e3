import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.dedup.near.hamming_index import HammingIndex, distances, near, words

RANDOM = np.random.default_rng(0)


def flipped(row: np.ndarray, bits: list[int]) -> np.ndarray:
    unpacked = np.unpackbits(row.view(np.uint8))
    unpacked[bits] ^= 1
    return np.packbits(unpacked).view(np.uint64)


def hashes(n: int) -> np.ndarray:
    return RANDOM.integers(0, 2**64, (n, 4), dtype=np.uint64)


def test_words_and_distances() -> None:
    ones, zeros = b"\xff" * 32, b"\0" * 32
    found = words(pa.array([b"x", zeros, ones, zeros[:31] + b"\x81"], pa.binary()).slice(1))

    assert found.shape == (3, 4)
    assert distances(found, found[:1]).tolist() == [0, 256, 2]
    assert words(pa.array([], pa.binary())).shape == (0, 10)


@pytest.mark.parametrize("wrong", [b"short", None, b"x" * 33])
def test_a_hash_of_another_kind_is_refused(wrong: bytes | None) -> None:
    with pytest.raises(ValueError, match="80 bytes"):
        words(pa.array([b"y" * 32, wrong], pa.binary()))


@given(st.lists(st.integers(0, 255), unique=True, max_size=40), st.integers(0, 31))
def test_the_index_finds_exactly_what_is_near(bits: list[int], distance: int) -> None:
    known = hashes(5)
    index = HammingIndex(known)
    asked = np.stack([flipped(known[3], bits), hashes(1)[0]])

    assert index.any_within(asked, distance).tolist() == [len(bits) <= distance, False]


def test_the_worst_spread_of_31_bits_is_found_too() -> None:
    known = hashes(1)
    index = HammingIndex(known)
    spread = [16 * band + bit for band in range(16) for bit in (3, 7)]  # two in each band

    assert index.any_within(flipped(known[0], spread[:31])[None], 31).tolist() == [True]
    assert index.any_within(flipped(known[0], spread)[None], 31).tolist() == [False]  # 32 bits


def test_it_agrees_with_comparing_all_where_many_are_alike() -> None:
    base = hashes(1)[0]
    known = np.stack([flipped(base, RANDOM.choice(256, 20, replace=False)) for _ in range(300)])
    asked = np.stack([flipped(base, RANDOM.choice(256, 18, replace=False)) for _ in range(300)])

    slowly = (distances(asked[:, None], known[None]) <= 27).any(axis=1)

    assert 30 < slowly.sum() < 270
    assert (HammingIndex(known).any_within(asked, 27) == slowly).all()
    assert not HammingIndex(known[:0]).any_within(asked, 31).any()


def mosaic(*colour: int) -> np.ndarray:
    """A hash with no bits and fields of one colour, but for the last, which is black."""
    return np.frombuffer(bytes(32) + bytes(colour) * 15 + bytes(3), np.uint64)[None]


def test_colours_tell_apart_what_bits_do_not() -> None:
    red = mosaic(200, 10, 10)

    assert near(red, mosaic(203, 13, 13), 0, 3.0).tolist() == [True]
    assert near(red, mosaic(204, 14, 14), 0, 3.0).tolist() == [False]  # 4 levels in 15 of 16
    assert near(red, mosaic(10, 200, 10), 0, 60.0).tolist() == [False]
    assert near(red[:, :4], mosaic(10, 200, 10), 0, 3.0).tolist() == [True], "no colours to compare"


def test_a_grey_copy_is_a_copy() -> None:
    # 0.299 * 200 + 0.587 * 10 + 0.114 * 10 = 66.8
    assert near(mosaic(200, 10, 10), mosaic(67, 67, 67), 0, 1.0).tolist() == [True]
    assert near(mosaic(200, 10, 10), mosaic(80, 80, 80), 0, 1.0).tolist() == [False]


def test_more_bits_than_it_can_promise_are_refused() -> None:
    with pytest.raises(ValueError, match="31 is the most"):
        HammingIndex(hashes(1)).any_within(hashes(1), 32)
