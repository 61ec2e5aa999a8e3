"""Detect the script of a text, and the languages that are never written in it."""

from bisect import bisect
from collections import Counter
from functools import lru_cache

# Unicode blocks, first and last code point; what is in none of them is judged by nothing.
_BLOCKS = (
    *((0x0041, 0x024F, "Latin"), (0x0370, 0x03FF, "Greek"), (0x0400, 0x052F, "Cyrillic")),
    *((0x0531, 0x058F, "Armenian"), (0x0591, 0x05F4, "Hebrew"), (0x0600, 0x06FF, "Arabic")),
    *((0x0750, 0x077F, "Arabic"), (0x0780, 0x07BF, "Thaana"), (0x08A0, 0x08FF, "Arabic")),
    *((0x0900, 0x097F, "Devanagari"), (0x0980, 0x09FF, "Bengali"), (0x0A00, 0x0A7F, "Gurmukhi")),
    *((0x0A80, 0x0AFF, "Gujarati"), (0x0B00, 0x0B7F, "Oriya"), (0x0B80, 0x0BFF, "Tamil")),
    *((0x0C00, 0x0C7F, "Telugu"), (0x0C80, 0x0CFF, "Kannada"), (0x0D00, 0x0D7F, "Malayalam")),
    *((0x0D80, 0x0DFF, "Sinhala"), (0x0E00, 0x0E7F, "Thai"), (0x0E80, 0x0EFF, "Lao")),
    *((0x0F00, 0x0FFF, "Tibetan"), (0x1000, 0x109F, "Myanmar"), (0x10A0, 0x10FF, "Georgian")),
    *((0x1100, 0x11FF, "Hangul"), (0x1200, 0x139F, "Ethiopic"), (0x1780, 0x17FF, "Khmer")),
    *((0x1E00, 0x1EFF, "Latin"), (0x1F00, 0x1FFF, "Greek"), (0x3005, 0x3007, "Han")),
    *((0x3041, 0x30FF, "Kana"), (0x3130, 0x318F, "Hangul"), (0x31F0, 0x31FF, "Kana")),
    *((0x3400, 0x4DBF, "Han"), (0x4E00, 0x9FFF, "Han"), (0xAC00, 0xD7AF, "Hangul")),
    *((0xF900, 0xFAFF, "Han"), (0xFB50, 0xFDFF, "Arabic"), (0xFE70, 0xFEFF, "Arabic")),
    *((0xFF21, 0xFF5A, "Latin"), (0xFF66, 0xFF9D, "Kana"), (0x20000, 0x323AF, "Han")),
)
_STARTS = [first for first, _, _ in _BLOCKS]

# Labels of lid.176 and of CLD3. Those of no other script are of Latin.
WRITTEN = {
    "Arabic": "ar arz azb ckb fa kk ks ku lrc mzn pnb ps sd ug ur uz az",
    "Armenian": "hy",
    "Bengali": "as bn bpy",
    "Cyrillic": "av az ba be bg bs bxr ce cv kk krc ku kv ky lez mhr mk mn mrj myv os ru rue "
    "sah sh sr tg tk tt tyv ug uk uz xal",
    "Devanagari": "bh dty gom hi mai mr ne new sa sd",
    "Ethiopic": "am ti",
    "Georgian": "ka os xmf",
    "Greek": "el",
    "Gujarati": "gu",
    "Gurmukhi": "pa",
    "Han": "ja wuu yue zh",
    "Hangul": "ko",
    "Hebrew": "he iw yi",
    "Kana": "ja",
    "Kannada": "kn",
    "Khmer": "km",
    "Lao": "lo",
    "Malayalam": "ml",
    "Myanmar": "my",
    "Oriya": "or",
    "Sinhala": "si",
    "Tamil": "ta",
    "Telugu": "te",
    "Thaana": "dv",
    "Thai": "th",
    "Tibetan": "bo dz",
}
# Of those, what is written in Latin letters as well.
_ALSO_LATIN = frozenset(["az", "bs", "gom", "kk", "ku", "sh", "sr", "tk", "tt", "ug", "uz"])
_LANGUAGES = {script: frozenset(labels.split()) for script, labels in WRITTEN.items()}
_NOT_LATIN = frozenset().union(*_LANGUAGES.values()) - _ALSO_LATIN


def script(text: str) -> str | None:
    """Return the script of most letters of the text; ties go to the one that comes first.

    None if there are no letters, or only those of unknown scripts.
    """
    if text.isascii():
        return "Latin" if any(map(str.isalpha, text)) else None
    counts = Counter(map(_script_of, filter(str.isalpha, text)))
    del counts[None]
    return max(counts, key=counts.__getitem__, default=None)


def fits(lang: str, script: str | None) -> bool:
    """Return whether the language is ever written in the script; true without a script."""
    if script is None:
        return True
    if script == "Latin":
        return lang.endswith("-Latn") or lang not in _NOT_LATIN
    return lang in _LANGUAGES[script]


@lru_cache(maxsize=1 << 16)
def _script_of(letter: str) -> str | None:
    first, last, name = _BLOCKS[bisect(_STARTS, ord(letter)) - 1]
    return name if first <= ord(letter) <= last else None
