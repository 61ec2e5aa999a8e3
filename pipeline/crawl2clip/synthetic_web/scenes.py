"""Describe what a picture shows: one or two groups of shapes on a ground.

Captions are generated from a scene, so they are true of the picture drawn from it.
"""

from dataclasses import dataclass
from random import Random

SHAPES = (
    "circle", "square", "triangle", "star", "heart", "diamond",
    "cross", "ring", "moon", "arrow", "hexagon", "flower",
)  # fmt: skip
COLOURS = {
    "red": (214, 32, 34),
    "orange": (245, 136, 20),
    "yellow": (246, 217, 34),
    "green": (34, 148, 62),
    "blue": (32, 82, 206),
    "purple": (118, 42, 150),
    "pink": (247, 140, 190),
    "brown": (118, 72, 32),
    "black": (20, 20, 22),
    "white": (248, 248, 246),
    "grey": (136, 138, 142),
}
TEXTURES = ("plain", "striped", "dotted", "checked")
SIZES = ("small", "medium", "large")
GROUNDS = ("plain", "gradient", "noise", "clouds", "lines")
PLACES = ("middle", "left", "right", "top", "bottom")
# Row: the first group is left of the second. Column: the first is above the second.
ARRANGEMENTS = ("row", "column")

# Pairs hard to tell apart; no shape lies on a ground, or beside a shape, of such a colour.
_CLOSE = (
    {"red", "orange"}, {"red", "pink"}, {"red", "brown"}, {"orange", "brown"},
    {"orange", "yellow"}, {"purple", "pink"}, {"purple", "blue"}, {"black", "brown"},
    {"black", "blue"}, {"black", "purple"}, {"white", "yellow"}, {"grey", "white"},
    {"grey", "brown"}, {"green", "brown"}, {"green", "blue"}, {"green", "grey"},
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Represents `count` equal shapes; place is 'middle' where two groups are shown."""

    shape: str
    colour: str
    count: int = 1
    texture: str = "plain"
    size: str = "medium"
    place: str = "middle"


@dataclass(frozen=True)
class Scene:
    """Represents one or two groups on a ground.

    id: 's' and a number, 'e' and a number in evaluation.
    """

    id: str
    groups: tuple[Group, ...]
    arrangement: str
    ground: str
    ground_colour: str
    width: int
    height: int


def random_scene(id: str, random: Random, size: tuple[int, int] | None = None) -> Scene:
    """Return a scene drawn from `random`; width and height are 240 to 420 px unless given."""
    width, height = size or (random.randint(240, 420), random.randint(240, 420))
    ground_colour = random.choice(tuple(COLOURS))
    colours = [c for c in COLOURS if _apart(c, ground_colour)]
    first = random.choice(colours)
    groups: tuple[Group, ...] = (_group(random, first),)
    if random.random() < 0.45:
        second = random.choice([c for c in colours if _apart(c, first)] or [first])
        groups = (_beside(random, first), _beside(random, second))
    arrangement = random.choice(ARRANGEMENTS)
    return Scene(id, groups, arrangement, random.choice(GROUNDS), ground_colour, width, height)


def _apart(one: str, other: str) -> bool:
    return one != other and {one, other} not in _CLOSE


def _group(random: Random, colour: str) -> Group:
    count = random.choice((1, 1, 1, 2, 3, 4, 5, 6))
    size = random.choice(SIZES) if count == 1 else "medium"
    # On a small shape stripes and dots are too fine to see.
    texture = "plain" if size == "small" else random.choice(("plain", "plain", *TEXTURES))
    place = random.choice(PLACES) if count == 1 and size != "large" else "middle"
    return Group(random.choice(SHAPES), colour, count, texture, size, place)


def _beside(random: Random, colour: str) -> Group:
    count = random.choice((1, 1, 1, 2, 3, 4))
    return Group(random.choice(SHAPES), colour, count, random.choice(("plain", *TEXTURES)))
