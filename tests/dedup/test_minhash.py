import random
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.dedup.near.minhash import PERMS, band_keys, jaccard, rows_per_band, signatures


def signed(texts: Sequence[str]) -> np.ndarray:
    return signatures(pa.array(texts, pa.string()))


def test_jaccard_counts_runs_of_five_characters() -> None:
    assert jaccard("abcdefg", "abcdefh") == 2 / 4  # abcde, bcdef; cdefg, cdefh
    assert jaccard("abcd", "abcd") == jaccard("", "") == 1
    assert jaccard("abcd", "abce") == jaccard("abcd", "") == 0, "one shingle of four"
    assert jaccard("aaaaaaaaaa", "aaaaa") == 1, "a shingle counts once"
    assert jaccard("x" * 1_000 + "a", "x" * 1_000 + "b") == 1, "beyond what is looked at"


def test_equal_shingles_have_equal_numbers_and_no_others() -> None:
    texts = ["abcdefg", "abcdefg", "aaaaaaaaaa", "aaaaa", "abcd", "abc", "", "abcd\0", "\0"]
    found = signed(texts)

    assert found.shape == (len(texts), PERMS)
    assert (found[0] == found[1]).all()
    assert (found[2] == found[3]).all()
    for i, j in [(0, 2), (4, 5), (5, 6), (4, 7), (6, 8)]:
        assert (found[i] == found[j]).mean() < 0.05, (texts[i], texts[j])


def test_the_share_of_equal_numbers_is_the_similarity() -> None:
    chance = random.Random(0)
    words = ["".join(chance.choices("abcdefghijklmnop", k=6)) for _ in range(400)]
    texts = [" ".join(chance.choices(words, k=8)) for _ in range(600)]
    others = [" ".join([*t.split()[: chance.randint(1, 8)], chance.choice(words)]) for t in texts]

    shares = (signed(texts) == signed(others)).mean(axis=1)

    errors = shares - [jaccard(a, b) for a, b in zip(texts, others, strict=True)]
    # An estimate from 128 draws is off by at most sqrt(1/4 / 128) = 0.044, on average by nothing.
    assert abs(errors.mean()) < 5 * 0.044 / np.sqrt(600)
    assert errors.std() < 0.046


@given(st.lists(st.text(max_size=30), max_size=20), st.integers(0, 20))
def test_a_text_has_the_same_numbers_whatever_stands_beside_it(texts: list[str], at: int) -> None:
    together = signatures(pa.array(["", *texts], pa.string()).slice(1))

    assert together.shape == (len(texts), PERMS)
    for text, row in zip(texts[at:], together[at:], strict=True):
        assert (signed([text])[0] == row).all()


def test_long_texts_are_cut_and_do_not_mix() -> None:
    texts = ["ab " * 9_000, "cd " * 9_000, "cd " * 400]
    found = signed(texts)

    assert (found[0] == found[1]).mean() < 0.05
    assert (found[1] == found[2]).all()


def test_bands_are_as_long_as_the_recall_allows() -> None:
    # At 0.8: 8 rows, 16 bands: 1 - (1 - 0.168)^16 = 0.947; 7 rows, 18 bands: 0.985.
    assert rows_per_band(0.8, 0.95) == 7
    assert rows_per_band(0.8, 0.94) == 8
    assert rows_per_band(1.0, 0.95) == 128
    with pytest.raises(ValueError, match="can't find"):
        rows_per_band(0.01, 0.99)


def test_texts_meet_in_a_band_as_often_as_the_formula_says() -> None:
    chance = random.Random(1)
    texts = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz ", k=60)) for _ in range(1_000)]
    others = [text[:54] + "".join(chance.choices("0123456789", k=6)) for text in texts]
    assert jaccard(texts[0], others[0]) == pytest.approx(50 / 62)  # of 56 each, 50 shared

    keys, more = (band_keys(pa.array(some), 8) for some in (texts, others))

    assert keys.shape == (1_000, 16)
    met = (keys == more).any(axis=1).mean()
    expected = 1 - (1 - (50 / 62) ** 8) ** 16
    assert met == pytest.approx(expected, abs=5 * np.sqrt(expected * (1 - expected) / 1_000))
    assert not (keys[:-1] == more[1:]).any(), "strangers do not meet"
