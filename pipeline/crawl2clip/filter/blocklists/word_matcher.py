"""Words and phrases of a list, found in a text at once (Aho-Corasick)."""

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
    """The form in which texts and words are compared: NFKC, without case, single blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return " ".join(text.casefold().split())


@dataclass(frozen=True)
class Words:
    """Words to look for; small enough to travel, for its automaton is built where it is used."""

    words: tuple[str, ...]

    @classmethod
    def of(cls, entries: Iterable[str]) -> Words:
        return cls(tuple(sorted({folded(entry) for entry in entries} - {""})))

    def occur_in(self, text: str) -> bool:
        """Whether one of them stands in the text as a whole word: "ass" is not in "glass".

        What is no letter, digit or mark parts words, so it is in "kick-ass" and "my_ass.jpg".
        Scripts that write no blanks between words show no borders, and need none.
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
    """Whether no word goes on over the border before position `at`."""
    if at in (0, len(text)):
        return True
    return not (_in_word(text[at - 1]) and _in_word(text[at]))


def _in_word(sign: str) -> bool:
    if _NO_BLANKS.match(sign):
        return False
    return sign.isalnum() or unicodedata.category(sign).startswith("M")
