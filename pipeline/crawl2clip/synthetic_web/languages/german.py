"""Write German captions, in the nominative throughout."""

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
    "circle": ("m", "Kreis", "Kreise"), "square": ("n", "Quadrat", "Quadrate"),
    "triangle": ("n", "Dreieck", "Dreiecke"), "star": ("m", "Stern", "Sterne"),
    "heart": ("n", "Herz", "Herzen"), "diamond": ("f", "Raute", "Rauten"),
    "cross": ("n", "Kreuz", "Kreuze"), "ring": ("m", "Ring", "Ringe"),
    "moon": ("m", "Mond", "Monde"), "arrow": ("m", "Pfeil", "Pfeile"),
    "hexagon": ("n", "Sechseck", "Sechsecke"), "flower": ("f", "Blume", "Blumen"),
}  # fmt: skip
_COLOURS = {
    "red": "rot", "orange": "orangefarben", "yellow": "gelb", "green": "grün", "blue": "blau",
    "purple": "violett", "pink": "rosafarben", "brown": "braun", "black": "schwarz",
    "white": "weiß", "grey": "grau",
}  # fmt: skip
_SIZES = {"small": "klein", "large": "groß"}
_TEXTURES = {"striped": "gestreift", "dotted": "gepunktet", "checked": "kariert"}
_ARTICLES = {"m": "ein", "f": "eine", "n": "ein"}
_ENDINGS = {"m": "er", "f": "e", "n": "es", "plural": "e"}


def _thing(group: Group, random: Random) -> str:
    gender, singular, plural = _NOUNS[group.shape]
    stems = [
        _SIZES[group.size] if tell_size(group, random) else "",
        _TEXTURES[group.texture] if tell_texture(group, random) else "",
        _COLOURS[group.colour],
    ]
    ending = _ENDINGS["plural" if group.count > 1 else gender]
    numbers = (_ARTICLES[gender], "zwei", "drei", "vier", "fünf", "sechs")
    noun = plural if group.count > 1 else singular
    words = [stem + ending for stem in stems if stem]
    return joined(number(group.count, numbers, random), *words, noun)


def _on(colour: str, random: Random) -> str:
    return f"{random.choice(('auf', 'vor'))} {_COLOURS[colour]}em Hintergrund"


GERMAN = Language(
    code="de",
    thing=_thing,
    on=_on,
    places={
        "middle": ("in der Mitte", "mitten im Bild"),
        "left": ("links", "am linken Rand"),
        "right": ("rechts", "am rechten Rand"),
        "top": ("oben", "am oberen Rand"),
        "bottom": ("unten", "am unteren Rand"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "Zeichnung: {thing} {on}",
        "das Bild zeigt: {thing} {on}", "hier ist {at} zu sehen: {thing}",
    ),
    row=(
        "links {a}, rechts {b}", "{a} links und {b} rechts {on}", "rechts {b} und links {a}",
        "auf dem Bild sind links {a} und rechts {b}",
    ),
    column=(
        "oben {a}, unten {b}", "{a} oben und {b} unten {on}", "unten {b} und darüber {a}",
        "auf dem Bild sind oben {a} und unten {b}",
    ),
)  # fmt: skip
