import pytest

from crawl2clip.enrich.terms.class_names import first_synset, hierarchy, known, prompt
from crawl2clip.shared.wordnet import WordNet, wordnet_folder


@pytest.fixture(scope="module")
def wordnet() -> WordNet:
    return WordNet(wordnet_folder())


def test_a_rooster_is_a_bird(wordnet: WordNet) -> None:
    """Looking its head "cock" up again leads to another one."""
    rooster = known("rooster", wordnet, {}.get)

    assert rooster.synset is not None
    assert "adult male chicken" in rooster.synset.gloss
    assert hierarchy(rooster.chain) == "cock chicken domestic fowl"
    assert rooster.chain[-1].head == "entity"
    assert (
        wordnet.synsets(rooster.synset.head)[0] == rooster.synset
        or rooster.chain[1].head == "chicken"
    )


def test_names_of_several_words_only_where_they_are_joined(wordnet: WordNet) -> None:
    assert first_synset(wordnet, "sea horse") is None
    joined = first_synset(wordnet, "Sea  Horse", "joined")
    assert joined is not None and "seahorse" in {lemma.lower() for lemma in joined.lemmas} | {
        joined.head
    }


def test_the_definition_falls_back_as_for_captions(wordnet: WordNet) -> None:
    terms = {"marimba": "An instrument.", "horse": "A mammal.", "seahorse": "A fish."}

    found = {
        name: known(name, wordnet, terms.get).definition
        for name in ("Marimba", "marimbas", "sea-horse", "wild horse", "unheard of")
    }

    assert found == {
        "Marimba": "An instrument.",
        "marimbas": "An instrument.",  # by its lemma
        "sea-horse": "A fish.",  # in one word
        "wild horse": "A mammal.",  # without the first
        "unheard of": None,
    }


def test_what_nobody_knows_has_empty_fields(wordnet: WordNet) -> None:
    row = known("zzyzx", wordnet, {}.get).row

    assert row == {"classname": "zzyzx", "def_wiki": "", "path_wn": [], "def_wn": ""}


def test_prompts_end_with_the_gloss() -> None:
    assert prompt("a photo of a {}.", "cup", "A vessel.") == "a photo of a cup. ; cup , A vessel."
    assert prompt("a photo of a {}.", "cup", None) == "a photo of a cup."
