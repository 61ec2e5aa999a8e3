import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.enrich.terms.word_tokenizer import BREAK, key, tokens, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("A Red  DOG", ["a", "red", "dog"]),
        ("T-shirts, dog's!", ["t", "shirts", "dog", "s"]),
        ("snake_case\tv2", ["snake", "case", "v2"]),
        ("Straße ÉCOLE", ["straße", "école"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),  # vowel signs are marks, and part of the word
        ("ﬁsh № ＤＯＧ", ["fish", "no", "dog"]),  # compatibility forms
        ("東京タワー2024", ["東", "京", "タ", "ワ", "ー", "2024"]),
        ("กาแฟ cup", ["ก", "า", "แ", "ฟ", "cup"]),
        ("a🐕b", ["a", "b"]),
        ("", []),
        (" ?! ", []),
    ],
)
def test_words_of_all_scripts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@settings(deadline=None)  # the first call imports what the others use
@given(st.text(max_size=50))
def test_a_key_is_its_own_key(text: str) -> None:
    assert key(key(text)) == key(text)


@settings(deadline=None)  # the first call imports what the others use
@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=30), max_size=8))
def test_a_column_has_the_words_of_its_texts(texts: list[str | None]) -> None:
    expected = [[word.encode() for word in words(text or "")] for text in texts]

    flat = [word for line in expected for word in (*line, BREAK)]

    assert tokens(pa.array(texts, pa.string())).to_pylist() == flat


def test_a_slice_of_a_column_is_as_good() -> None:
    found = tokens(pa.array(["no", "a dog", None])[1:])

    assert found.to_pylist() == [b"a", b"dog", BREAK, BREAK]
