"""Match many regular expressions at once, in time linear in the text (RE2)."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

_TOGETHER = 100  # patterns per expression: RE2 rejects expressions of more than a few megabytes


def combined(patterns: Sequence[str]) -> list[str]:
    """Combine patterns into fewer expressions with the same matches.

    Raises ValueError, quoting the pattern, if RE2 can't compile one.
    """
    for pattern in patterns:
        _refuse_bad(pattern)
    parts = (patterns[at : at + _TOGETHER] for at in range(0, len(patterns), _TOGETHER))
    return ["|".join(f"(?:{pattern})" for pattern in part) for part in parts]


def match(texts: pa.Array, expressions: Sequence[str]) -> pa.Array:
    """Return whether any expression matches in each text, ignoring case; false for null."""
    found = pa.repeat(pa.scalar(False), len(texts))
    for expression in expressions:
        here = pc.match_substring_regex(texts, expression, ignore_case=True)
        found = pc.or_(found, pc.fill_null(here, False))
    return found


def _refuse_bad(pattern: str) -> None:
    try:
        pc.match_substring_regex(pa.array([""]), pattern, ignore_case=True)
    except pa.ArrowInvalid as error:
        raise ValueError(f"{pattern!r} is not a regular expression of RE2: {error}") from None
