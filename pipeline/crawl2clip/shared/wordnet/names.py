"""Count the names of synsets, as MetaCLIP lists them."""

from collections import Counter

from crawl2clip.shared.wordnet.database import WordNet


def synset_names(wordnet: WordNet, cut: bool = True) -> Counter[str]:
    """Return how many synsets have each name: the first lemma in lower case, "_" a blank.

    cut: a name ends at its first dot, as in MetaCLIP's list, which may leave "" ("'s gravenhage"
    stays whole, ".22" does not). WordNet 3.0 has 86,554 names if cut, "" apart.
    """
    heads = (synset.head for synset in wordnet)
    if cut:
        heads = (head.partition(".")[0] for head in heads)
    return Counter(head.replace("_", " ") for head in heads)
