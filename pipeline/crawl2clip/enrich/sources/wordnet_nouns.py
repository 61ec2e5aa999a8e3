"""Read WordNet's nouns as a dictionary, plurals included."""

from collections.abc import Iterator
from pathlib import Path

from crawl2clip.enrich.sources.wiktextract import MOST_SENSES, USED, Entry, shortened
from crawl2clip.shared.wordnet import WordNet

_ES = ("s", "x", "z", "ch", "sh")


def entries(folder: Path, most_chars: int = 1_000) -> Iterator[Entry]:
    """Yield each noun with the glosses of its senses, and each plural with a link to its noun.

    WordNet lists no plurals; those that are regular, or stand in noun.exc, are made where its own
    rules lead back to the noun. A plural that is a noun of its own ("glasses") stays that.
    """
    wordnet = WordNet(folder)
    lemmas = [lemma for synset in wordnet if synset.pos == "n" for lemma in synset.lemmas]
    nouns = dict.fromkeys(map(str.lower, lemmas))
    common = nouns.keys() & set(lemmas)  # names have no plural
    for noun in nouns:
        glosses = [synset.gloss for synset in wordnet.synsets(noun, "n")][:MOST_SENSES]
        long = sum(len(gloss) > most_chars for gloss in glosses)
        senses = tuple(shortened(gloss, most_chars) for gloss in glosses)
        yield Entry(USED, "en", _spelt(noun), senses, None, long)
    plurals = {plural(noun): noun for noun in nouns if noun in common}
    for form, noun in (plurals | _irregular(folder)).items():
        if form not in nouns and noun in nouns:
            yield Entry(USED, "en", _spelt(form), (), _spelt(noun))


def plural(noun: str) -> str:
    """Return the regular plural: foxes, ladies, firemen, dogs."""
    if noun.endswith(_ES):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun[:-2]}en" if noun.endswith("man") else f"{noun}s"


def _irregular(folder: Path) -> dict[str, str]:
    lines = (folder / "noun.exc").read_text("utf-8").splitlines()
    return {words[0]: words[1] for words in map(str.split, lines) if len(words) > 1}


def _spelt(lemma: str) -> str:
    return lemma.replace("_", " ")
