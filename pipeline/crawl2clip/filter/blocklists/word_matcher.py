"""Search a text for all words and phrases of a list at once (Aho-Corasick)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick

# Thai to Tibetan, Myanmar, Khmer, kana, Han: written without blanks between words.
_NO_BLANKS = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]"
)


def folded(text: str) -> str:
    """Return the text as it is compared: NFKC, case-folded, white space collapsed."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.casefold().split())


@dataclass(frozen=True)
class WordMatcher:
    """A set of words to search for; cheap to pickle, as the automaton is built where it is used."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> WordMatcher:
        """Build a matcher from list entries; empty ones are ignored."""
        return cls(tuple(sorted({folded(entry) for entry in entries} - {""})))

    def matches(self, text: str) -> bool:
        """Return whether one of the words occurs in the text as a whole: "ass" is not in "glass".

        Any character other than a letter, digit or mark separates words, so "ass" is found in
        "kick-ass" and "my_ass.jpg". In scripts written without spaces, every position is a word
        boundary.
        """
        if not self.words:
            return False
        line = folded(text)
        hits = self._automaton.find_matches_as_indexes(line, overlapping=True)
        return any(_parts(line, start) and _parts(line, end) for _, start, end in hits)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        from ahocorasick_rs import AhoCorasick  # executors have it; the driver need not

        return AhoCorasick(self.words, store_patterns=False)


def _parts(text: str, at: int) -> bool:
    """Return whether the position `at` is a word boundary."""
    if at in (0, len(text)):
        return True
    return not (_in_word(text[at - 1]) and _in_word(text[at]))


def _in_word(sign: str) -> bool:
    if _NO_BLANKS.match(sign):
        return False
    return sign.isalnum() or unicodedata.category(sign).startswith("M")
