"""Draw scenes with Pillow."""

import math
from random import Random

from PIL import Image, ImageDraw

from crawl2clip.synthetic_web.scenes import COLOURS, Group, Scene
from crawl2clip.synthetic_web.shapes import mask

Rgb = tuple[int, int, int]
Box = tuple[float, float, float, float]

# Of the shorter side, or of the cell in a group: a caption that says 'large' must be plain to see.
_SIDES = {"small": 0.2, "medium": 0.42, "large": 0.78}
# Shapes keep away from the edge, so that a light crop cuts nothing off.
_MARGIN = 0.08


def draw(scene: Scene, random: Random) -> Image.Image:
    """Draw a scene; `random` decides only what no caption mentions: shade, tilt, grain."""
    picture = _ground(scene, random)
    for group, box in zip(scene.groups, _boxes(scene), strict=True):
        # Beside another group a single shape has half the room, and no caption tells its size.
        share = _SIDES[group.size] if len(scene.groups) == 1 else 0.72
        for x, y, side in _cells(group, box, share):
            tilt = random.uniform(-9, 9)
            fill = _fill(group, side, _shade(COLOURS[group.colour], random))
            picture.paste(fill, (x, y), mask(group.shape, side, tilt))
    return picture


def _shade(colour: Rgb, random: Random, most: int = 9) -> Rgb:
    red, green, blue = (min(255, max(0, c + random.randint(-most, most))) for c in colour)
    return red, green, blue


def _ground(scene: Scene, random: Random) -> Image.Image:
    size = (scene.width, scene.height)
    colour = _shade(COLOURS[scene.ground_colour], random)
    darker = tuple(int(c * 0.78) for c in colour)
    plain, other = Image.new("RGB", size, colour), Image.new("RGB", size, darker)
    if scene.ground == "gradient":
        return Image.composite(plain, other, Image.linear_gradient("L").resize(size))
    if scene.ground == "noise":
        return Image.composite(plain, other, _grain(size, size, random))
    if scene.ground == "clouds":
        return Image.composite(plain, other, _grain((6, 6), size, random))
    if scene.ground == "lines":
        pen, step = ImageDraw.Draw(plain), random.randint(14, 30)
        for at in range(0, sum(size), step):
            pen.line((at, 0, at - scene.height, scene.height), fill=other.getpixel((0, 0)))
    return plain


def _grain(cells: tuple[int, int], size: tuple[int, int], random: Random) -> Image.Image:
    grain = Image.frombytes("L", cells, random.randbytes(cells[0] * cells[1]))
    return grain if cells == size else grain.resize(size, Image.Resampling.BICUBIC)


def _boxes(scene: Scene) -> list[Box]:
    """Return where each group goes: left, top, right, bottom in px."""
    x, y = scene.width * _MARGIN, scene.height * _MARGIN
    right, bottom = scene.width - x, scene.height - y
    if len(scene.groups) == 1:
        return [(x, y, right, bottom)]
    if scene.arrangement == "row":
        middle = scene.width / 2
        return [(x, y, middle - x / 2, bottom), (middle + x / 2, y, right, bottom)]
    middle = scene.height / 2
    return [(x, y, right, middle - y / 2), (x, middle + y / 2, right, bottom)]


def _cells(group: Group, box: Box, share: float) -> list[tuple[int, int, int]]:
    """Return left, top and side in px of each shape; a single one takes that share of the box."""
    left, top, right, bottom = box
    width, height = right - left, bottom - top
    if group.count == 1:
        side = share * min(width, height)
        across, down = _place(group.place, width - side, height - side)
        return [(int(left + across), int(top + down), max(3, int(side)))]
    columns = max(1, min(group.count, round(math.sqrt(group.count * width / height))))
    rows = math.ceil(group.count / columns)
    cell = min(width / columns, height / rows)
    side = max(3, int(cell * 0.86))
    x, y = left + (width - cell * columns) / 2, top + (height - cell * rows) / 2
    at = [divmod(i, columns) for i in range(group.count)]
    return [(int(x + column * cell), int(y + row * cell), side) for row, column in at]


def _place(place: str, across: float, down: float) -> tuple[float, float]:
    at = {"left": (0.02, 0.5), "right": (0.98, 0.5), "top": (0.5, 0.02), "bottom": (0.5, 0.98)}
    x, y = at.get(place, (0.5, 0.5))
    return across * x, down * y


def _fill(group: Group, side: int, colour: Rgb) -> Image.Image:
    """Return a square of the group's texture; its own colour always covers the larger part."""
    fill = Image.new("RGB", (side, side), colour)
    towards, part = (30, 0.5) if sum(colour) > 450 else (255, 0.68)
    red, green, blue = (int(c + (towards - c) * part) for c in colour)
    other = (red, green, blue)
    pen, step = ImageDraw.Draw(fill), max(3, side // 6)
    steps = range(0, side + step, step)
    if group.texture == "striped":
        for x in steps:
            pen.rectangle((x, 0, x + step * 0.38, side), fill=other)
    elif group.texture == "dotted":
        for x, y in [(x, y) for x in steps for y in steps]:
            pen.ellipse((x, y, x + step * 0.5, y + step * 0.5), fill=other)
    elif group.texture == "checked":
        for x, y in [(x, y) for x in steps for y in steps if (x + y) // step % 2]:
            pen.rectangle((x, y, x + step * 0.9, y + step * 0.9), fill=other)
    return fill
