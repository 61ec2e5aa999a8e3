from crawl2clip.language.classifiers import cld3
from crawl2clip.language.classifiers.cld3 import Language


def test_knows_languages_and_whether_to_rely_on_them() -> None:
    texts = ["ein brauner Hund läuft über die grüne Wiese", "これは緑の野原です", "Commons"]

    found = cld3.languages(cld3.load(0, 1000), texts)

    assert [row.lang for row in found[:2]] == ["de", "ja"]
    assert [row.reliable for row in found[:2]] == [True, True]
    for row in found:
        assert row.score is not None
        assert row.lang in ("hr", "bs") or row.reliable == (row.score >= 0.7)


def test_a_text_without_letters_has_no_language_where_cld3_says_japanese() -> None:
    identifier = cld3.load(0, 1000)
    assert identifier.FindLanguage("").language == "ja"

    assert cld3.languages(identifier, ["", None, "  ", "12345", "☺"]) == [Language()] * 5


def test_a_text_that_is_too_short_has_no_language() -> None:
    short, long = "ok", "die Hunde"

    assert cld3.languages(cld3.load(5, 2000), [short]) == [Language()]
    assert cld3.languages(cld3.load(0, 2000), [short])[0].lang == "pl", "and here is why"
    assert cld3.languages(cld3.load(5, 2000), [long])[0].lang is not None


def test_a_null_character_does_not_end_a_text() -> None:
    [found] = cld3.languages(cld3.load(0, 1000), ["ok\0 Two people are riding horses on the beach"])

    assert found.lang == "en"
