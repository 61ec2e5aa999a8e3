"""Look up what the names of classes mean, for K-LITE's evaluation prompts.

A zero-shot classifier compares an image with `template(class) ; class , gloss`, for each class.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from crawl2clip.enrich.terms.noun_phrases import spellings
from crawl2clip.shared.wordnet import Synset, WordNet

Blanks = Literal["kept", "joined"]

MOST_ABOVE = 3  # how much of a chain K-LITE's prompts use


@dataclass(frozen=True)
class ClassKnowledge:
    """Holds what is known of a class.

    synset: its first in WordNet; None where WordNet lacks it. definition: the dictionary's; None
    where that lacks it. chain: the synset and its hypernyms, up to the root.
    """

    name: str
    definition: str | None
    synset: Synset | None
    chain: tuple[Synset, ...]

    @property
    def row(self) -> dict[str, object]:
        """Return the row as in K-LITE's own files of knowledge, which its evaluation reads."""
        return {
            "classname": self.name,
            "def_wiki": self.definition or "",
            "path_wn": [synset.head for synset in self.chain],
            "def_wn": self.synset.gloss if self.synset else "",
        }


def known(
    name: str, wordnet: WordNet, gloss: Callable[[str], str | None], blanks: Blanks = "kept"
) -> ClassKnowledge:
    """Look a class up. gloss: defines a dictionary's term, by `word_tokenizer.key`.

    The first synset is used throughout. K-LITE's code looks the head of its id up again, and so
    goes from the rooster to the chain of another cock. blanks: 'kept' as in that code, which
    therefore finds no name of several words; 'joined' finds sea horses too.
    """
    synset = first_synset(wordnet, name, blanks)
    chain = tuple(above(wordnet, synset)) if synset else ()
    found = (gloss(form) for form in spellings(name, synset.head if synset else name))
    return ClassKnowledge(name, next(filter(None, found), None), synset, chain)


def first_synset(wordnet: WordNet, name: str, blanks: Blanks = "kept") -> Synset | None:
    """Return the most frequent meaning of the name, nouns first."""
    lemma = "_".join(name.split()) if blanks == "joined" else name
    return next(iter(wordnet.synsets(lemma)), None)


def above(wordnet: WordNet, synset: Synset) -> Iterator[Synset]:
    """Yield the synset, its first hypernym by alphabet, and so on; nouns end at entity.

    NLTK, which K-LITE's chains come from, sorts hypernyms by name.
    """
    step: Synset | None = synset
    while step:
        yield step
        step = min(wordnet.hypernyms(step), key=_name, default=None)


def _name(synset: Synset) -> tuple[str, int]:
    return synset.head, synset.offset


def prompt(template: str, name: str, gloss: str | None) -> str:
    """Return 'a photo of a cup. ; cup , gloss' for 'a photo of a {}.', or no gloss if null."""
    told = template.format(name)
    return f"{told} ; {name} , {gloss}" if gloss else told


def hierarchy(chain: tuple[Synset, ...]) -> str:
    """Return the gloss made of a chain: its first names, each followed by the wider one."""
    return " ".join(synset.head.replace("_", " ") for synset in chain[:MOST_ABOVE])
