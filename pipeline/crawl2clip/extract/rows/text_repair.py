"""Repair mojibake and twice escaped character references in texts."""

import re
from typing import Any

from crawl2clip.extract.html.page_model import collapsed

# What is left of a reference that was escaped twice: "fish &amp;amp; chips".
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,30});")
# ftfy's test takes ten times as long as this one, which lets nothing pass that ftfy finds: damage
# shows where two letters or signs of the old code pages meet, but for plain Cyrillic and plain
# Greek, or in one of a few letters alone.
_CODE_PAGES = r"\x80-\u2e7f\uf8ff\ufb01\ufb02\ufffd"
_ODD = r"\x80-\u0390\u03aa-\u03b0\u03ca-\u040f\u0450-\u2e7f\uf8ff\ufb01\ufb02\ufffd"
_MAYBE_DAMAGED = re.compile(
    f"[\x80-\x9f\u0152\u0153\xc2\xc3]|[{_ODD}][{_CODE_PAGES}]|[{_CODE_PAGES}][{_ODD}]"
)
# ftfy takes 5 us a character, and no caption is that long.
_LONGEST_MENDED = 5_000
_ONLY_DAMAGE: dict[str, Any] = {
    "uncurl_quotes": False,
    "fix_latin_ligatures": False,
    "fix_character_width": False,
    "normalization": None,
}


def mended(text: str) -> str | None:
    """Return the text without mojibake and twice escaped references, or None if it has none.

    Uses ftfy, with the options switched off that change what is no damage (quotes, ligatures,
    widths, composed letters). Only a text that looks damaged is given to it, for it is slow, and
    none longer than 5,000 characters.
    """
    if len(text) > _LONGEST_MENDED or not _looks_damaged(text):
        return None
    import ftfy

    fixed = collapsed(ftfy.fix_text(text, ftfy.TextFixerConfig(**_ONLY_DAMAGE)))
    return fixed if fixed and fixed != text else None


def _looks_damaged(text: str) -> bool:
    if "&" in text and _REFERENCE.search(text):
        return True
    if text.isascii() or not _MAYBE_DAMAGED.search(text):
        return False
    from ftfy.badness import is_bad

    return is_bad(text)
