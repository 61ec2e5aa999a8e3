import json

import pytest

from crawl2clip.enrich.sources.wiktextract import Entry, entry, shortened


def line(pos: str = "noun", **more: object) -> str:
    return json.dumps({"word": "Marimba", "lang_code": "en", "pos": pos, "unknown": 1} | more)


def test_the_first_gloss_of_each_sense() -> None:
    senses = [
        {"glosses": ["An  instrument.", "wooden"]},
        {"tags": ["no-gloss"]},
        {"glosses": ["x"]},
    ]

    read = entry(line(senses=senses))

    assert read == Entry("used", "en", "Marimba", ("An instrument.", "x"))


@pytest.mark.parametrize("kind", ["form_of", "alt_of"])
def test_a_form_or_other_spelling_has_a_target(kind: str) -> None:
    sense = {"glosses": ["plural of marimba"], kind: [{"word": "marimba", "extra": "x"}]}

    assert entry(line(senses=[sense])).target == "marimba"
    assert entry(line(senses=[{"glosses": ["x"]}, sense])).target is None, "only the first counts"


def test_a_target_of_more_than_four_words_is_none() -> None:
    senses = [[{"form_of": [{"word": " ".join("a" * n)}], "glosses": ["x"]}] for n in (4, 5)]

    assert [entry(line(senses=sense)).target for sense in senses] == ["a a a a", None]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{bad", "malformed line"),
        ("[]", "malformed line"),
        ('{"word": 1}', "malformed line"),
        ('{"word": "\udc80"}', "malformed line"),
        (line(senses={"glosses": []}), "malformed line"),
        (line(), "no gloss"),
        (line(senses=[{"glosses": []}, {"glosses": [""]}]), "no gloss"),
        (line("prep", senses=[{"glosses": ["x"]}]), "function word"),
        (line("verb", senses=[{"glosses": ["x"]}]), "other part of speech"),
        ('{"title": "a", "redirect": "b"}', "other part of speech"),
    ],
)
def test_what_is_not_used_says_why(text: str, kind: str) -> None:
    assert entry(text).kind == kind


def test_parts_of_speech_are_a_setting() -> None:
    assert entry(line("verb", senses=[{"glosses": ["x"]}]), ("verb",)).kind == "used"


def test_a_megabyte_of_gloss_is_cut_after_a_whole_word_and_counted() -> None:
    read = entry(
        line(senses=[{"glosses": ["word " * 200_000]}, {"glosses": ["short"]}]), most_chars=12
    )

    assert read.senses == ("word word", "short")
    assert read.cut == 1


def test_cutting_never_exceeds_the_limit() -> None:
    assert [shortened("aaa bbb", n) for n in (7, 6, 3, 2)] == ["aaa bbb", "aaa", "aaa", "aa"]
