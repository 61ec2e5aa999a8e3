"""Define words as columns, for all steps that count words."""

from dataclasses import dataclass
from typing import Literal

from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.tokenizer import UNSPACED
from crawl2clip.filter.frequency.tokenizer import Split as Split

Case = Literal["folded", "kept"]

_UNSPACED = "".join(rf"\p{{Is{script}}}" for script in UNSPACED)
# (?U) makes \s Unicode's white space, which Java's own is not.
_WORD = {
    "blanks": r"(?U)[^\s]+",
    "scripts": rf"(?U)[{_UNSPACED}]\p{{M}}*|[^\s{_UNSPACED}]+",
}


@dataclass(frozen=True)
class Tokens:
    """The rule that splits a text into unigrams and bigrams. No paper states ALIGN's.

    split: 'blanks' splits at white space and keeps punctuation; with 'scripts', each letter of a
    script that is written without spaces is a word as well. case: 'folded' counts Dog as dog.
    """

    split: Split = "blanks"
    case: Case = "folded"

    def unigrams(self, text: Column) -> Column:
        """Return the words in order, an array of strings; null for null."""
        return F.regexp_extract_all(self.cased(text), F.lit(_WORD[self.split]), 0)

    def cased(self, text: Column) -> Column:
        """Return the text with its case as it is counted, before it is split."""
        return F.lower(text) if self.case == "folded" else text


def bigrams(unigrams: Column) -> Column:
    """Return adjacent words joined by a space, which no unigram contains: one list holds both."""
    pairs = F.greatest(F.size(unigrams) - 1, F.lit(0))
    first, second = F.slice(unigrams, 1, pairs), F.slice(unigrams, 2, pairs)
    return F.zip_with(first, second, lambda a, b: F.concat(a, F.lit(" "), b))
