"""Bring texts and entries into MetaCLIP's normal form: words between single blanks.

Matching finds an entry's key in a text's form, so these two decide alone what matches.
"""

import unicodedata
from dataclasses import dataclass
from typing import Literal

from crawl2clip.match.matcher.unspaced_scripts import glued

SEPARATORS = ",.;:?!`"
BLANKS = "\t\n\r"

Unicode = Literal["as_is", "NFC", "NFKC"]
Borders = Literal["metaclip", "metaclip2", "metaclip2_kana_hangul"]


@dataclass(frozen=True)
class Spelling:
    """Defines how texts and entries are spelt before matching. The defaults are MetaCLIP's.

    unicode: a normal form for both. fold_case: whether case is ignored.
    separators: characters that are words of their own, beside those of MetaCLIP; '()/-', say.
    borders: where an entry has to stand. 'metaclip': between blanks or separators. 'metaclip2': a
    border that is an ideograph, Thai, Lao, Burmese, Khmer, Tibetan or punctuation needs no blank.
    'metaclip2_kana_hangul': nor does one that is kana or Hangul.
    """

    unicode: Unicode = "as_is"
    fold_case: bool = False
    separators: str = ""
    borders: Borders = "metaclip"

    def text(self, text: str) -> str:
        """Return the text in the form that is searched for keys."""
        if self.borders != "metaclip":
            text = text.strip()
        return spaced(self._folded(text), SEPARATORS + self.separators)

    def key(self, entry: str) -> str:
        """Return the string that a text's form must contain for the entry to match."""
        entry = self._folded(entry)
        if self.borders == "metaclip":
            return key(entry)
        kana_hangul = self.borders == "metaclip2_kana_hangul"
        before = "" if entry and glued(entry[0], kana_hangul) else " "
        after = "" if entry and glued(entry[-1], kana_hangul) else " "
        return f"{before}{entry}{after}"

    def _folded(self, text: str) -> str:
        if self.unicode != "as_is":
            text = unicodedata.normalize(self.unicode, text)
        return text.casefold() if self.fold_case else text


def spaced(text: str, separators: str = SEPARATORS) -> str:
    """Return the text in the form that is searched: separators are words, borders blank.

    MetaCLIP (Xu et al. 2023), substr_matching: case-sensitive, nothing else is normalised; blanks
    are not collapsed, so "New York, City" has two after the comma and "dog's" is one word.
    """
    for separator in separators:
        if separator in text:  # most texts have none: the test is cheaper than the copy
            text = text.replace(separator, f" {separator} ")
    for blank in BLANKS:
        if blank in text:
            text = text.replace(blank, " ")
    return f" {text} "


def key(entry: str) -> str:
    """Return the string that a spaced text must contain for the entry to match, as in MetaCLIP.

    The entry itself is not spaced, so one that holds a separator ("St. Louis") never matches.
    """
    return f" {entry} "
