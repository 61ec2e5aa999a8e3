"""Which language a text is in, by Google's CLD2. Knows nothing of Spark."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

UNKNOWN = "un"


class Language(NamedTuple):
    """CLD2's answer; all null where it gives none. share: of the text that is in it, 0 to 1."""

    lang: str | None = None
    share: float | None = None
    reliable: bool | None = None


def languages(texts: Sequence[str | None]) -> list[Language]:
    """The language of most of each text; null where CLD2 knows none."""
    return [_language(text or "") for text in texts]


def _language(text: str) -> Language:
    import pycld2  # executors have it; the driver need not

    try:
        found = pycld2.detect(text)
    except (pycld2.error, UnicodeEncodeError):  # for control characters; so does LAION's worker
        found = pycld2.detect("".join(filter(str.isprintable, text)))
    reliable, _, [(_, lang, percent, _), *_] = found
    return Language() if lang == UNKNOWN else Language(lang, percent / 100, reliable)
