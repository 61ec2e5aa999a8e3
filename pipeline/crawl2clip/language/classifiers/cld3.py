"""Classify the language of short texts with Google's CLD3."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gcld3 import NNetLanguageIdentifier

UNKNOWN = "und"


class Language(NamedTuple):
    """Holds CLD3's result; all null where it gives none."""

    lang: str | None = None
    score: float | None = None
    reliable: bool | None = None


@lru_cache(maxsize=1)  # one a worker process, not one a batch
def load(min_bytes: int, max_bytes: int) -> NNetLanguageIdentifier:
    """Load the network, which is part of the package; it gives shorter texts no language."""
    import gcld3  # executors have it; the driver need not

    return gcld3.NNetLanguageIdentifier(min_bytes, max_bytes)


def languages(identifier: NNetLanguageIdentifier, texts: Sequence[str | None]) -> list[Language]:
    """Return the most likely language of each text; null for a text without letters.

    CLD3 calls '' and '12345' Japanese, and reliably so, so such texts are not classified.
    """
    return [_language(identifier, text) for text in texts]


def _language(identifier: NNetLanguageIdentifier, text: str | None) -> Language:
    if not text or not any(map(str.isalpha, text)):
        return Language()
    # NUL ends a text for it.
    found = identifier.FindLanguage(text.replace("\0", " "))
    if found.language == UNKNOWN:
        return Language()
    return Language(found.language, found.probability, found.is_reliable)
