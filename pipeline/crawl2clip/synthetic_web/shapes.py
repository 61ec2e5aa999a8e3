"""Outline the shapes, as polygons in the square from -1 to 1 with y pointing down."""

import math
from collections.abc import Callable

from PIL import Image, ImageDraw

Point = tuple[float, float]
# Polygons to fill (True) and then to cut out again (False).
Outline = list[tuple[bool, list[Point]]]


def mask(shape: str, side: int, degrees: float) -> Image.Image:
    """Return the shape, turned, in white on black, `side` px a side, its edges smooth."""
    twice = Image.new("L", (side * 2, side * 2), 0)
    draw = ImageDraw.Draw(twice)
    turn = complex(math.cos(math.radians(degrees)), math.sin(math.radians(degrees)))
    for filled, points in _OUTLINES[shape]():
        turned = [complex(*point) * turn for point in points]
        draw.polygon(
            [(side + z.real * side, side + z.imag * side) for z in turned], int(filled) * 255
        )
    return twice.reduce(2)


def _round(points: int, radius: float, start: float = -90) -> list[Point]:
    angles = [math.radians(start + 360 * i / points) for i in range(points)]
    return [(radius * math.cos(a), radius * math.sin(a)) for a in angles]


def _star() -> Outline:
    outer, inner = _round(5, 0.98), _round(5, 0.4, -54)
    return [(True, [point for pair in zip(outer, inner, strict=True) for point in pair])]


def _heart() -> Outline:
    steps = [math.tau * i / 60 for i in range(60)]
    waves = [
        13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)
        for t in steps
    ]
    return [(True, [(0.95 * math.sin(t) ** 3, -y / 17) for t, y in zip(steps, waves, strict=True)])]


def _flower() -> Outline:
    steps = [math.tau * i / 90 for i in range(90)]
    radii = [0.68 + 0.3 * math.cos(6 * t) for t in steps]
    petals = [(r * math.cos(t), r * math.sin(t)) for t, r in zip(steps, radii, strict=True)]
    return [(True, petals), (False, _round(24, 0.2))]


def _moon() -> Outline:
    bite = [(x * 0.8 + 0.45, y * 0.8) for x, y in _round(60, 1)]
    return [(True, _round(60, 0.95)), (False, bite)]


def _cross() -> Outline:
    return [(True, [(-0.3, -0.95), (0.3, -0.95), (0.3, 0.95), (-0.3, 0.95)]),
            (True, [(-0.95, -0.3), (0.95, -0.3), (0.95, 0.3), (-0.95, 0.3)])]  # fmt: skip


def _arrow() -> Outline:
    return [(True, [(-0.95, -0.22), (0.1, -0.22), (0.1, -0.65), (0.95, 0),
                    (0.1, 0.65), (0.1, 0.22), (-0.95, 0.22)])]  # fmt: skip


_OUTLINES: dict[str, Callable[[], Outline]] = {
    "circle": lambda: [(True, _round(72, 0.92))],
    "square": lambda: [(True, [(-0.78, -0.78), (0.78, -0.78), (0.78, 0.78), (-0.78, 0.78)])],
    "triangle": lambda: [(True, _round(3, 0.98))],
    "star": _star,
    "heart": _heart,
    "diamond": lambda: [(True, [(0, -0.98), (0.66, 0), (0, 0.98), (-0.66, 0)])],
    "cross": _cross,
    "ring": lambda: [(True, _round(72, 0.95)), (False, _round(72, 0.58))],
    "moon": _moon,
    "arrow": _arrow,
    "hexagon": lambda: [(True, _round(6, 0.96, 0))],
    "flower": _flower,
}
