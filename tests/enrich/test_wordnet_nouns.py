from pathlib import Path

import pytest

from crawl2clip.enrich.sources.wiktextract import Entry
from crawl2clip.enrich.sources.wordnet_nouns import entries, plural
from crawl2clip.shared.wordnet import wordnet_folder


@pytest.fixture(scope="module")
def nouns() -> dict[str, Entry]:
    return {entry.term: entry for entry in entries(Path(wordnet_folder()))}


def test_nouns_have_their_senses_in_order(nouns: dict[str, Entry]) -> None:
    assert nouns["marimba"].senses == (
        "a percussion instrument with wooden bars tuned to produce a "
        "chromatic scale and with resonators; played with small "
        "mallets",
    )
    assert nouns["bank"].senses[0].startswith("sloping land")
    assert "quickly" not in nouns


def test_plurals_lead_to_their_noun(nouns: dict[str, Entry]) -> None:
    links = {"dogs": "dog", "geese": "goose", "red foxes": "red fox", "ladies": "lady"}

    assert {form: nouns[form].target for form in links} == links
    assert nouns["glasses"].target is None, "a noun of its own"
    assert "parises" not in nouns, "a name has no plural"


def test_regular_plurals() -> None:
    singular = ["dog", "fox", "church", "lady", "day", "fireman", "red_fox"]

    assert list(map(plural, singular)) == [
        *("dogs", "foxes", "churches", "ladies", "days", "firemen", "red_foxes"),
    ]
