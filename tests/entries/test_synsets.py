"""WordNet's part of MetaCLIP's list."""

from crawl2clip.shared.wordnet import WordNet, synset_names, wordnet_folder

WORDNET = WordNet(wordnet_folder())


def test_names_are_cut_at_their_first_dot_as_in_the_published_list() -> None:
    names = synset_names(WORDNET)

    assert len(names.keys() - {""}) == 86_554
    assert names["dog"] == 2, "dog.n.01 and dog.n.03; the other senses have other names"
    assert {"st", "ph", "mr", "lake st", "physical entity"} <= names.keys()
    assert "st. bernard" not in names


def test_whole_names_keep_their_dots() -> None:
    names = synset_names(WORDNET, cut=False)

    assert {"mr. moto", "ph.d.", "physical entity"} <= names.keys()
    assert "lake st" not in names
    assert "" not in names
    assert not any("_" in name for name in names)
