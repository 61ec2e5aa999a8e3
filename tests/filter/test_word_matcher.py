import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.filter.blocklists.word_matcher import WordMatcher, folded


@pytest.mark.parametrize(
    ("text", "there"),
    {
        "my ass": True,
        "My_ASS-2.jpg": True,
        "ＡＳＳ": True,  # full width
        "a glass": False,
        "assé": False,
        "asse\u0301": False,  # the same word, its accent a sign of its own
        "ass2": False,
        "a bad  \n word": True,
        "a bad-word": False,
        "auf der Straße": True,
        "AUF DER STRASSE": True,
        "kidney": False,
        "😀😀 kid 😀": True,
        "किसी": False,  # goes on with a letter
        "की": False,  # with another vowel sign
        "कि सी": True,
        "その猫": True,
        "": False,
    }.items(),
)
def test_a_listed_word_is_found_whole_and_in_any_case(text: str, there: bool) -> None:
    words = WordMatcher.of(["Ass", "bad word", "STRASSE", "kid", "कि", "猫"])

    assert words.matches(text) is there


def test_no_words_occur_nowhere() -> None:
    assert not WordMatcher.of([]).matches("a dog")
    assert not WordMatcher.of(["  "]).matches("a  dog")


_TEXT = st.text("abAßé _-1", max_size=12)


@given(st.lists(_TEXT, max_size=4), _TEXT)
def test_found_is_what_a_regular_expression_finds(words: list[str], text: str) -> None:
    def there(word: str) -> bool:
        before = r"(?<![^\W_])" if word[0].isalnum() else ""
        after = r"(?![^\W_])" if word[-1].isalnum() else ""
        return re.search(before + re.escape(word) + after, folded(text)) is not None

    expected = any(there(folded(word)) for word in words if folded(word))

    assert WordMatcher.of(words).matches(text) is expected
