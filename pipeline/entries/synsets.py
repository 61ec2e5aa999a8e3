"""WordNet's part of the list."""

from collections import Counter
from pathlib import Path

from pipeline.entries.settings import AUTO
from pipeline.wordnet import WordNet, wordnet_folder


def wordnet_of(folder: str) -> WordNet:
    """WordNet in that folder, or where "auto" finds it. Raises ValueError if there is none."""
    return WordNet(wordnet_folder() if folder == AUTO else Path(folder))


def synset_names(folder: str, names: str) -> Counter[str]:
    """How many synsets have each name: the first lemma in lower case, "_" a blank.

    names: "cut" ends one at its first dot, which may leave "" ("'s gravenhage" stays whole, ".22"
    does not); "whole" keeps it. WordNet 3.0 has 86,554 names if cut, "" apart. Raises ValueError
    if there is no WordNet.
    """
    heads = (synset.head for synset in wordnet_of(folder))
    if names == "cut":
        heads = (head.partition(".")[0] for head in heads)
    return Counter(head.replace("_", " ") for head in heads)
