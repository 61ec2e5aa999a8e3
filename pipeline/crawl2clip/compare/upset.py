"""Lay out an UpSet plot: how many items each combination of sets has, as bars over dots.

Lex et al. 2014, IEEE TVCG 20(12). Circles can't show the overlap of more than three sets.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from crawl2clip.compare.overlap import Overlap

LABELS, COLUMN, ROW, BARS, TOP = 220, 34, 26, 170, 22
LETTERS = 30


@dataclass(frozen=True)
class Bar:
    """A combination of sets: position, height and count of its bar, and its dots."""

    x: int
    y: float
    height: float
    count: int
    label: str
    dots: tuple[int, ...]
    gaps: tuple[int, ...]


@dataclass(frozen=True)
class Upset:
    """All that the template draws, in units of the viewBox. rows: name, y, shaded background."""

    width: int
    height: int
    labels: int
    floor: int
    bars: tuple[Bar, ...]
    rows: tuple[tuple[str, int, bool], ...]

    column, row = COLUMN, ROW


def upset(overlap: Overlap, names: Sequence[str]) -> Upset | None:
    """Lay out the plot; None if all sets are empty."""
    if not overlap.combinations:
        return None
    most = overlap.combinations[0].count
    floor = TOP + BARS
    bars = []
    for place, each in enumerate(overlap.combinations):
        height = round(max(1.0, BARS * each.count / most), 1)
        gaps = tuple(_row(i) for i in range(len(names)) if i not in each.sets)
        dots = tuple(_row(i) for i in each.sets)
        x = LABELS + COLUMN * place + COLUMN // 2
        bars.append(Bar(x, floor - height, height, each.count, short(each.count), dots, gaps))
    rows = tuple((_cut(name), _row(i), i % 2 == 0) for i, name in enumerate(names))
    return Upset(
        width=LABELS + COLUMN * len(bars) + 10,
        height=floor + ROW * len(names) + 16,
        labels=LABELS - 10,
        floor=floor,
        bars=tuple(bars),
        rows=rows,
    )


def short(count: int) -> str:
    """Format a number in at most four characters: 999, 12k, 3M, 120G."""
    for unit in ("", "k", "M", "G"):
        if count < 1000:
            return f"{count}{unit}"
        count //= 1000
    return f"{count}T"


def _row(number: int) -> int:
    return TOP + BARS + 10 + ROW * number + ROW // 2


def _cut(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
