import pytest

from crawl2clip.language.classifiers import cld2
from crawl2clip.language.classifiers.cld2 import Language

pycld2 = pytest.importorskip("pycld2")


def test_knows_languages_and_how_much_of_the_text_is_in_them() -> None:
    texts = [
        "a red dog runs along the beach",
        "ein brauner Hund läuft über die grüne Wiese",
        "犬が走る",
    ]

    found = cld2.languages(texts)

    assert [row.lang for row in found] == ["en", "de", "ja"]
    assert all(row.share is not None and 0.8 < row.share <= 1 for row in found)
    assert [row.reliable for row in found] == [True, True, True]


def test_a_text_in_no_language_has_none() -> None:
    assert cld2.languages(["", None, "12345", "☺"]) == [Language()] * 4


def test_what_can_not_be_printed_is_left_out_where_cld2_would_refuse_the_text() -> None:
    odd = "a red\x00 dog runs\x8d along the beach\ufffe \ud800"
    with pytest.raises((pycld2.error, UnicodeError)):
        pycld2.detect(odd)

    assert cld2.languages([odd]) == cld2.languages(["a red dog runs along the beach "])
