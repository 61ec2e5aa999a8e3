"""Lay out a rank-frequency plot of entries on logarithmic axes, as SVG points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from crawl2clip.report.view_model import Entries

WIDTH, HEIGHT = 480, 320
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 14, 40  # margins, for the numbers along the axes


@dataclass(frozen=True)
class Tick:
    """A power of ten on an axis, and its position."""

    at: float
    label: str


@dataclass(frozen=True)
class CurveLine:
    """A table's curve, as the `points` of an SVG polyline."""

    job: str
    points: str


@dataclass(frozen=True)
class Curve:
    """All that the template draws, in units of the viewBox."""

    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    lines: tuple[CurveLine, ...]
    t_at: float | None

    width, height = WIDTH, HEIGHT
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM


def curve(entries: Entries) -> Curve:
    """Lay out the curves of all tables on common axes, from 1 to a power of ten."""
    ranks = [rank for series in entries.series for rank, _ in series.points]
    counts = [count for series in entries.series for _, count in series.points]
    decades_across = _decades(ranks)
    decades_up = _decades([*counts, entries.t or 1])

    def x(rank: int) -> float:
        return round(LEFT + math.log10(rank) / decades_across * (WIDTH - LEFT - RIGHT), 1)

    def y(count: int) -> float:
        return round(HEIGHT - BOTTOM - math.log10(count) / decades_up * (HEIGHT - TOP - BOTTOM), 1)

    return Curve(
        across=tuple(Tick(x(10**i), power(i)) for i in range(decades_across + 1)),
        up=tuple(Tick(y(10**i), power(i)) for i in range(decades_up + 1)),
        lines=tuple(
            CurveLine(
                series.job, " ".join(f"{x(rank)},{y(count)}" for rank, count in series.points)
            )
            for series in entries.series
        ),
        t_at=None if entries.t is None else y(entries.t),
    )


def _decades(values: Sequence[int]) -> int:
    return max(1, math.ceil(math.log10(max(values, default=1))))


def power(exponent: int) -> str:
    """Format a power of ten: 1, 10, 100, 1k ... 100G."""
    return f"{10 ** (exponent % 3)}{('', 'k', 'M', 'G', 'T', 'P')[exponent // 3]}"
