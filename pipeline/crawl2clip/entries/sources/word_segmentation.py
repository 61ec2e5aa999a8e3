"""Segment texts into phrases of words; no bigram crosses the end of a phrase."""

import importlib.util
from collections.abc import Iterator
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, StringType

from crawl2clip.entries.sources.languages import TSHEG

# The punctuation of ASCII, its symbols too, and that of Unicode.
PUNCTUATION = r"[\p{Punct}\p{IsPunctuation}]+"
BLANKS = r"(?U)\s+"

# A letter with its marks in scripts without spaces, or a run of anything but white space.
_UNSPACED = "".join(
    rf"\p{{Is{script}}}"
    for script in ("Han", "Hiragana", "Katakana", "Thai", "Lao", "Khmer", "Myanmar", "Tibetan")
)
_LETTERS = rf"(?U)[{_UNSPACED}]\p{{M}}*|[^\s{_UNSPACED}]+"

Splitting = Literal["blanks", "icu", "characters"]


def phrases(text: str, splitting: Splitting = "blanks", lang: str = "") -> Column:
    """Return the words of each phrase of the column, in their own case: an array of arrays.

    blanks: words are separated by white space and punctuation, phrases by punctuation. characters:
    additionally, each letter of a script without spaces is a word. icu: words of `lang` as ICU
    finds them.
    """
    if splitting == "icu":
        found: Column = _icu(F.col(text), F.lit(lang))
        return found
    split = F.split(text, PUNCTUATION)
    if splitting == "characters":
        return F.transform(split, lambda p: F.regexp_extract_all(p, F.lit(_LETTERS), F.lit(0)))
    return F.transform(split, lambda p: F.filter(F.split(p, BLANKS), lambda word: word != ""))


def check_icu(lang: str) -> None:
    """Raise ValueError if ICU is not installed."""
    if importlib.util.find_spec("icu4py") is None:
        raise ValueError(
            f"{lang} is written without blanks: pip install crawl2clip[icu], or say "
            "--unspaced characters"
        )


@F.arrow_udf(ArrayType(ArrayType(StringType())))  # type: ignore[attr-defined, untyped-decorator]
def _icu(batches: Iterator[tuple[pa.Array, pa.Array]]) -> Iterator[pa.Array]:
    for texts, langs in batches:
        lines = zip(texts.to_pylist(), langs.to_pylist(), strict=True)
        found = [list(icu_phrases(text or "", lang)) for text, lang in lines]
        yield pa.array(found, pa.list_(pa.list_(pa.string())))


def icu_phrases(text: str, lang: str) -> Iterator[list[str]]:
    """Yield words by ICU's rules and dictionaries.

    A token without letter or digit ends a phrase.
    """
    from icu4py.breakers import WordBreaker  # executors have it; the driver need not

    phrase: list[str] = []
    for word in WordBreaker(text, lang.partition("_")[0]):
        if any(sign.isalnum() for sign in word):
            phrase.append(word)
        elif not word.isspace() and word != TSHEG:
            yield phrase
            phrase = []
    yield phrase
