"""Compute how many pairs each step of a run left, from its job reports alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from crawl2clip.engine.job_report import JobReport
from crawl2clip.io.printable import printable


@dataclass(frozen=True)
class FunnelRow:
    """A step, and the pairs left after it."""

    job: str
    step: str
    pairs: int
    of_first: float | None  # share of what the first job read; None where there is none
    of_before: float | None  # share of the row before; None for the first
    seconds: float | None = None  # of the whole job, on its last row

    @property
    def name(self) -> str:
        return self.step.partition("(")[0]

    @property
    def settings(self) -> str:
        return self.step[len(self.name) :].removeprefix("(").removesuffix(")")


def funnel_rows(reports: Sequence[JobReport]) -> tuple[FunnelRow, ...]:
    """Return a row for every step of every job, in order.

    What a job reads is what the job before it left, so it has a row only where the two differ.
    """
    rows: list[FunnelRow] = []
    for report in reports:
        entries = report.funnel
        repeats = rows and len(entries) > 1 and rows[-1].pairs == entries[0]["pairs"]
        for entry in entries[1:] if repeats else entries:
            rows.append(_row(report.job, entry["step"], entry["pairs"], rows))
        rows[-1] = replace(rows[-1], seconds=report.seconds)
    return tuple(rows)


def _row(job: str, step: str, count: int, before: Sequence[FunnelRow]) -> FunnelRow:
    of_first = _share(count, before[0].pairs if before else count)
    of_before = _share(count, before[-1].pairs) if before else None
    return FunnelRow(job, step, count, of_first, of_before)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def bar_lengths(rows: Sequence[FunnelRow]) -> tuple[list[float], bool]:
    """Return the length of each row's bar, 0 to 1, and whether lengths are logarithmic.

    They are if the shortest would otherwise be less than a hundredth of the longest.
    """
    counts = [row.pairs for row in rows]
    some = [count for count in counts if count]
    if not some:
        return [0.0] * len(counts), False
    longest, logarithmic = max(some), min(some) * 100 < max(some)
    if not logarithmic:
        return [count / longest for count in counts], False
    return [math.log1p(count) / math.log1p(longest) for count in counts], True


def funnel_table(reports: Sequence[JobReport]) -> Table:
    """Return the funnel for a terminal; a step too long for the line ends in an ellipsis."""
    table = Table(box=SIMPLE_HEAD, caption="kept: of the row before; seconds: of the whole job")
    table.add_column("job", no_wrap=True)
    table.add_column("step")  # the only column that may shrink: the others are no_wrap
    for name in ("pairs", "kept %", "seconds"):
        table.add_column(name, justify="right", no_wrap=True)
    job = None
    for row in funnel_rows(reports):
        table.add_row(
            Text(row.job if row.job != job else "", style="bold"),
            # As Text, since rich takes the brackets of a step for markup.
            Text(printable(row.step), no_wrap=True, overflow="ellipsis"),
            f"{row.pairs:,}",
            "" if row.of_before is None else f"{100 * row.of_before:.1f}",
            "" if row.seconds is None else f"{row.seconds:,.1f}",
        )
        job = row.job
    return table
