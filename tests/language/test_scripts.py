import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.language.classifiers.fasttext_lid import load
from crawl2clip.language.classifiers.scripts import WRITTEN, fits, script


@pytest.mark.parametrize(
    ("text", "name"),
    {
        "a red dog": "Latin",
        "Đường phố Hà Nội": "Latin",
        "ｆｕｌｌ ｗｉｄｔｈ": "Latin",
        "собака": "Cyrillic",
        "LG 세탁기 드럼": "Hangul",
        "Seoul (서울) at night": "Latin",
        "緑の野原を走る犬": "Han",  # five ideographs, three kana
        "かわいい犬": "Kana",
        "कुत्ता": "Devanagari",  # its vowel signs are no letters
        "": None,
        "12 + 3 €": None,
        "ᚠᚢᚦ": None,  # runes stand in no table
    }.items(),
)
def test_the_script_is_that_of_most_letters(text: str, name: str | None) -> None:
    assert script(text) == name


def test_at_a_tie_the_script_that_comes_first_counts() -> None:
    assert script("ab вг") == "Latin"
    assert script("вг ab") == "Cyrillic"


@pytest.mark.parametrize(
    ("lang", "written", "possible"),
    [
        ("en", "Hangul", False),
        ("ko", "Hangul", True),
        ("ru", "Latin", False),
        ("ru-Latn", "Latin", True),
        ("sr", "Latin", True),
        ("sr", "Cyrillic", True),
        ("ja", "Han", True),
        ("zh", "Kana", False),
        ("de", "Latin", True),
        ("de", None, True),
    ],
)
def test_a_language_fits_the_scripts_it_is_written_in(
    lang: str, written: str | None, possible: bool
) -> None:
    assert fits(lang, written) is possible


def test_the_table_speaks_of_labels_that_models_give() -> None:
    of_fasttext = {label.removeprefix("__label__") for label in load("").labels}
    named = {label for labels in WRITTEN.values() for label in labels.split()}

    assert named - of_fasttext <= {"iw", "ks", "ti", "dz"}


@given(st.text())
def test_any_text_has_one_script_or_none(text: str) -> None:
    assert script(text) in {"Latin", None, *WRITTEN}
