"""List the characters beside which MetaCLIP 2 needs no blank."""

import string

PUNCTUATION = frozenset(string.punctuation + "，。、；：？！“”‘’（）【】《》〈〉「」『』～—")

# As MetaCLIP 2 (Chuang et al. 2025) has them: first and last of each range.
UNSPACED = (
    (0x0E00, 0x0E7F),  # Thai
    (0x0E80, 0x0EFF),  # Lao
    (0x0F00, 0x0FFF),  # Tibetan
    (0x1000, 0x109F),  # Burmese
    (0x1780, 0x17FF),  # Khmer
    (0x2E80, 0x2FDF),  # radicals
    (0x2FF0, 0x2FFF),  # description characters
    (0x3400, 0x4DBF),  # ideographs, and their extensions
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0x2CEB0, 0x2EBEF),
)

# Left out there, so that a word in kana never matches within a Japanese sentence.
KANA_HANGUL = (
    (0x1100, 0x11FF),  # Hangul Jamo
    (0x3040, 0x30FF),  # Hiragana, Katakana
    (0x3130, 0x318F),  # Hangul compatibility Jamo
    (0x31F0, 0x31FF),  # Katakana for Ainu
    (0xAC00, 0xD7FF),  # Hangul syllables
    (0xFF66, 0xFF9F),  # half-width Katakana
)


def glued(character: str, kana_hangul: bool) -> bool:
    """Return whether an entry that begins or ends with this character needs no blank there."""
    ranges = UNSPACED + KANA_HANGUL if kana_hangul else UNSPACED
    code = ord(character)
    return character in PUNCTUATION or any(first <= code <= last for first, last in ranges)
