"""List entries for matching, such as MetaCLIP's metadata.json, for the sample's captions."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from crawl2clip.synthetic_web.languages import LANGUAGES

# Real words that no caption has: entries that match nothing are most of MetaCLIP's, too.
_NEVER = (
    "accordion", "aqueduct", "armadillo", "barometer", "basilica", "caravel", "chandelier",
    "cormorant", "dachshund", "escalator", "ferris wheel", "gondola", "harpsichord", "iguana",
    "jacaranda", "kayak", "lighthouse", "macaroni", "nebula", "ocelot", "pagoda", "quokka",
    "rhinoceros", "saxophone", "toucan", "ukulele", "viaduct", "waterfall", "xylophone", "yurt",
    "zeppelin", "red panda", "steam train", "suspension bridge", "violet beetle",
)  # fmt: skip
# A pair of words that stand together so often is a term.
_BIGRAM_COUNT = 4


def entries(captions: Iterable[str]) -> list[str]:
    """Return sorted, distinct entries: numbers, words and frequent pairs of words of the captions.

    Numbers are 0 to 99. The captions are of languages with spaces; words of the others come from
    their tables.
    """
    words: set[str] = set()
    pairs: Counter[str] = Counter()
    for caption in captions:
        found = _words(caption)
        words.update(found)
        pairs.update(f"{one} {other}" for one, other in pairwise(found))
    unspaced = {word for language in LANGUAGES.values() for word in language.words}
    common = {pair for pair, count in pairs.items() if count >= _BIGRAM_COUNT}
    numbers = {str(number) for number in range(100)}
    return sorted(words | common | unspaced | numbers | set(_NEVER))


def _words(text: str) -> list[str]:
    """Return the words in lower case, without the punctuation around them."""
    return [word.strip(".,:;!?।،") for word in text.lower().split() if word.strip(".,:;!?।،")]
