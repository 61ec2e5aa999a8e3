"""Render a plan as an HTML page with two curves; it loads no resources and runs no scripts."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined

from crawl2clip.balance.planning.plan import Plan, PlanRow
from crawl2clip.balance.probabilities.thresholds import ThresholdRules
from crawl2clip.io.printable import printable

WIDTH, HEIGHT = 480, 320
LEFT, RIGHT, TOP, BOTTOM = 52, 24, 14, 44  # margins, for the numbers along the axes
POINTS = 120
LONGEST = 4_000  # characters of any value on the page, including the points of a curve

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Chart:
    """A curve on logarithmic axes, as the `points` of an SVG polyline, and the axes' ticks."""

    title: str
    across_is: str
    points: str
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    mark: float | None  # position of t, on the axis across or, with mark_up, on the axis up
    mark_up: bool

    width, height = WIDTH, HEIGHT
    left, right, top, bottom = LEFT, WIDTH - RIGHT, TOP, HEIGHT - BOTTOM


@dataclass(frozen=True)
class TopEntry:
    """An entry as the page shows it."""

    lang: str
    text: str
    pairs: int
    chance: float


def page(name: str, plan: Plan, rows: Sequence[PlanRow], top: Sequence[TopEntry], zero: str) -> str:
    """Return the HTML of a plan. zero: how many entries match nothing, in words."""
    environment = Environment(
        loader=PackageLoader("crawl2clip.balance.planning", ""),
        autoescape=True,
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("plan.html.j2").render(
        name=name, plan=plan, rows=rows, top=top, zero=zero, charts=[_entries(plan), _sizes(plan)]
    )


def _harmless(value: object) -> object:
    """Make any value safe to print: an entry may be a megabyte long and contain anything."""
    return printable(value, LONGEST) if isinstance(value, str) else value


def _entries(plan: Plan) -> Chart:
    counts = plan.counts.flat
    ordered = np.sort(counts[counts > 0])[::-1]
    ranks = np.unique(np.geomspace(1, max(1, len(ordered)), POINTS).round().astype(int))
    points = [(float(rank), float(ordered[rank - 1])) for rank in ranks[: len(ordered)]]
    return _chart("Pairs that match an entry", "rank of the entry", points, plan.t, mark_up=True)


def _sizes(plan: Plan) -> Chart:
    ts = np.geomspace(1, max(2.0, ThresholdRules(plan.counts, plan.reference).most), POINTS)
    points = [(row.t, row.kept) for row in plan.rows(ts.tolist()) if row.kept >= 1]
    return _chart("Pairs that stay", "t", points, plan.t, mark_up=False)


def _chart(title: str, across_is: str, points: Points, t: float, mark_up: bool) -> Chart:
    decades = [_decades([point[axis] for point in points]) for axis in (0, 1)]

    def x(value: float) -> float:
        return _place(value, decades[0], LEFT, WIDTH - RIGHT)

    def y(value: float) -> float:
        return _place(value, decades[1], HEIGHT - BOTTOM, TOP)

    return Chart(
        title,
        across_is,
        " ".join(f"{x(across)},{y(up)}" for across, up in points),
        [(x(10.0**i), _power(i)) for i in range(decades[0] + 1)],
        [(y(10.0**i), _power(i)) for i in range(decades[1] + 1)],
        (y if mark_up else x)(t) if 1 <= t <= 10 ** decades[mark_up] else None,
        mark_up,
    )


def _place(value: float, decades: int, first: float, last: float) -> float:
    return round(first + math.log10(max(value, 1)) / decades * (last - first), 1)


def _decades(values: Sequence[float]) -> int:
    return max(1, math.ceil(math.log10(max(1, *values, 1))))


def _power(exponent: int) -> str:
    """Format a power of ten: 1, 10, 100, 1k ... 100G."""
    return f"{10 ** (exponent % 3)}{('', 'k', 'M', 'G', 'T', 'P')[exponent // 3]}"
