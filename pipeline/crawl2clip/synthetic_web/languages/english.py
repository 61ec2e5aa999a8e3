"""Write English captions."""

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
    "circle": ("circle", "disc"), "square": ("square",), "triangle": ("triangle",),
    "star": ("star",), "heart": ("heart",), "diamond": ("diamond", "rhombus"),
    "cross": ("cross",), "ring": ("ring", "hoop"), "moon": ("moon", "crescent"),
    "arrow": ("arrow",), "hexagon": ("hexagon",), "flower": ("flower", "blossom"),
}  # fmt: skip
_COLOURS = {"grey": ("grey", "gray"), "purple": ("purple", "violet")}
_SIZES = {"small": ("small", "little", "tiny"), "large": ("large", "big")}
_TEXTURES = {
    "striped": ("striped",),
    "dotted": ("dotted", "spotted"),
    "checked": ("checked", "checkered"),
}
_NUMBERS = ("a", "two", "three", "four", "five", "six")


def _thing(group: Group, random: Random) -> str:
    size = random.choice(_SIZES[group.size]) if tell_size(group, random) else ""
    texture = random.choice(_TEXTURES[group.texture]) if tell_texture(group, random) else ""
    colour = random.choice(_COLOURS.get(group.colour, (group.colour,)))
    noun = random.choice(_NOUNS[group.shape])
    words = joined(size, texture, colour, _plural(noun) if group.count > 1 else noun)
    count = number(group.count, _NUMBERS, random)
    return joined("an" if count == "a" and words[0] in "aeiou" else count, words)


def _plural(noun: str) -> str:
    return noun + "es" if noun.endswith(("s", "x")) else noun + "s"


def _on(colour: str, random: Random) -> str:
    colour = random.choice(_COLOURS.get(colour, (colour,)))
    article = "an" if colour[0] in "aeiou" else "a"
    return random.choice(
        (f"on {article} {colour} background", f"against {article} {colour} background",
         f"on {colour}", f"in front of {article} {colour} backdrop")
    )  # fmt: skip


ENGLISH = Language(
    code="en",
    thing=_thing,
    on=_on,
    places={
        "middle": ("in the middle", "at the centre"),
        "left": ("on the left", "at the left edge"),
        "right": ("on the right", "at the right edge"),
        "top": ("at the top", "near the upper edge"),
        "bottom": ("at the bottom", "near the lower edge"),
    },
    one=(
        "{thing} {on}", "{thing} {at} {on}", "a picture of {thing} {on}", "{on} there is {thing}",
        "drawing showing {thing}", "here you see {thing} {at}", "an image with {thing} {on}",
        "I drew {thing} {on}",
    ),
    row=(
        "{a} to the left of {b}", "{b} to the right of {a}", "{a} left of {b} {on}",
        "{a} on the left and {b} on the right", "{b} right of {a} {on}",
        "a picture of {a} beside {b}", "{a} next to {b} {on}",
    ),
    column=(
        "{a} above {b}", "{b} below {a}", "{a} over {b} {on}", "{b} under {a} {on}",
        "{a} at the top and {b} at the bottom", "a drawing of {a} above {b}",
    ),
)  # fmt: skip
