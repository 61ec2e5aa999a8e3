"""Reduce a word in a text to the forms that WordNet lists."""

from collections.abc import Container, Mapping, Sequence

# morphy(7WN), as NLTK has it: -men and the endings in -es for nouns, no change for adverbs.
ENDINGS = {
    "n": (
        *(("s", ""), ("ses", "s"), ("ves", "f"), ("xes", "x"), ("zes", "z")),
        *(("ches", "ch"), ("shes", "sh"), ("men", "man"), ("ies", "y")),
    ),
    "v": (
        *(("s", ""), ("ies", "y"), ("es", "e"), ("es", "")),
        *(("ed", "e"), ("ed", ""), ("ing", "e"), ("ing", "")),
    ),
    "a": (("er", ""), ("est", ""), ("er", "e"), ("est", "e")),
    "r": (),
}


def base_forms(
    word: str, pos: str, lemmas: Container[str], exceptions: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return those of the word and its base forms that are lemmas, each once, the word first.

    exceptions: base forms of irregular words, which follow no ending: geese -> goose.
    """
    forms = exceptions.get(word) or [
        word.removesuffix(old) + new for old, new in ENDINGS[pos] if word.endswith(old)
    ]
    return [form for form in dict.fromkeys([word, *forms]) if form in lemmas]
