"""Classify the language of texts with Google's CLD2."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

UNKNOWN = "un"


class Language(NamedTuple):
    """Holds CLD2's result; all null where it gives none. share: of the text in lang, 0 to 1."""

    lang: str | None = None
    share: float | None = None
    reliable: bool | None = None


def languages(texts: Sequence[str | None]) -> list[Language]:
    """Return the language of most of each text; null where CLD2 knows none."""
    return [_language(text or "") for text in texts]


def _language(text: str) -> Language:
    import pycld2  # executors have it; the driver need not

    try:
        found = pycld2.detect(text)
    except (pycld2.error, UnicodeEncodeError):  # for control characters; so does LAION's worker
        found = pycld2.detect("".join(filter(str.isprintable, text)))
    reliable, _, [(_, lang, percent, _), *_] = found
    return Language() if lang == UNKNOWN else Language(lang, percent / 100, reliable)
