"""Write Hindi captions; all nouns here are masculine."""

from random import Random

from crawl2clip.synthetic_web.languages.base import (
    Language,
    joined,
    number,
    tell_size,
    tell_texture,
)
from crawl2clip.synthetic_web.scenes import Group

_NOUNS = {
    "circle": "वृत्त", "square": "वर्ग", "triangle": "त्रिभुज", "star": "तारा", "heart": "दिल",
    "diamond": "समचतुर्भुज", "cross": "क्रॉस", "ring": "छल्ला", "moon": "अर्धचंद्र",
    "arrow": "तीर", "hexagon": "षट्भुज", "flower": "फूल",
}  # fmt: skip
_ADJECTIVES = {
    "red": "लाल", "orange": "नारंगी", "yellow": "पीला", "green": "हरा", "blue": "नीला",
    "purple": "बैंगनी", "pink": "गुलाबी", "brown": "भूरा", "black": "काला", "white": "सफ़ेद",
    "grey": "स्लेटी", "small": "छोटा", "large": "बड़ा", "striped": "धारीदार",
    "dotted": "बिंदीदार", "checked": "चौखानेदार",
}  # fmt: skip
_NUMBERS = ("एक", "दो", "तीन", "चार", "पाँच", "छह")


def _ending(word: str, vowel: str) -> str:
    """Replace the long a at the end of the word, if it has one, by that vowel sign."""
    return word[:-1] + vowel if word.endswith("ा") else word


def _thing(group: Group, random: Random) -> str:
    words = [
        group.size if tell_size(group, random) else "",
        group.texture if tell_texture(group, random) else "",
        group.colour,
    ]
    phrase = [*(_ADJECTIVES[word] for word in words if word), _NOUNS[group.shape]]
    if group.count > 1:
        phrase = [_ending(word, "े") for word in phrase]
    return joined(number(group.count, _NUMBERS, random), *phrase)


HINDI = Language(
    code="hi",
    thing=_thing,
    on=lambda colour, random: f"{_ending(_ADJECTIVES[colour], 'ी')} पृष्ठभूमि पर",
    places={
        "middle": ("बीच में", "केंद्र में"),
        "left": ("बाईं ओर", "बाएँ किनारे पर"),
        "right": ("दाईं ओर", "दाएँ किनारे पर"),
        "top": ("ऊपर", "ऊपरी हिस्से में"),
        "bottom": ("नीचे", "निचले हिस्से में"),
    },
    one=(
        "{on} {thing}", "{on} {at} {thing}", "इस चित्र में {on} {thing}", "चित्र में {at} {thing}",
    ),
    row=(
        "बाईं ओर {a} और दाईं ओर {b}", "{on} बाईं ओर {a}, दाईं ओर {b}",
        "चित्र में दाईं ओर {b} और बाईं ओर {a}",
    ),
    column=(
        "ऊपर {a} और नीचे {b}", "{on} ऊपर {a}, नीचे {b}", "चित्र में नीचे {b} और ऊपर {a}",
    ),
    full_stop="।",
)  # fmt: skip
