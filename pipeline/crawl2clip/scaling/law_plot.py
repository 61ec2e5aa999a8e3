"""Plot laws, error against compute on logarithmic axes, as in figure 1 of the paper."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crawl2clip.scaling.law_fits import Fit, Task
from crawl2clip.scaling.scaling_law import Point

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES = 5.0
BEYOND = 3.0  # how far lines extend past the last point, as a factor of compute


def draw(fits: Sequence[Fit], confidence: float, path: Path) -> None:
    """Write a figure with a plot per task; the suffix of the path determines the format."""
    from matplotlib.figure import Figure  # pyplot would look for a window system

    by_task = [(task, list(own)) for task, own in groupby(fits, key=lambda fit: fit.task)]
    figure = Figure(figsize=(INCHES * len(by_task), INCHES), layout="constrained")
    for place, (task, own) in enumerate(by_task, 1):
        _task(figure.add_subplot(1, len(by_task), place), task, own, confidence)
    path.parent.mkdir(parents=True, exist_ok=True)
    # matplotlib would write the date, and equal fits would give different files.
    metadata = {"Date": None} if path.suffix in (".svg", ".pdf") else {}
    figure.savefig(path, metadata=metadata, dpi=150)


def _task(axes: Axes, task: Task, fits: Sequence[Fit], confidence: float) -> None:
    for number, fit in enumerate(fits):
        _line(axes, fit, f"C{number}", confidence)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_title(task.dataset)
    axes.set_xlabel("compute: GMACs per sample × samples seen")
    axes.set_ylabel(f"error: 1 − {task.metric}")
    axes.grid(alpha=0.3, which="both")
    axes.legend()


def _line(axes: Axes, fit: Fit, colour: str, confidence: float) -> None:
    law = fit.law
    across = np.geomspace(
        min(p.compute for p in fit.points), BEYOND * max(p.compute for p in fit.points), 50
    )
    bands = [law.predicted(compute, confidence) for compute in across.tolist()]
    label = f"{fit.family}: E = {law.beta:.3g} · C^{law.alpha:.3f}"
    axes.plot(*_xy(fit.points), ".", alpha=0.5, color=colour)
    axes.plot(*_xy(law.points), "D", color=colour)
    axes.plot(across, [band.value for band in bands], color=colour, label=label)
    if len(law.points) > 2:
        low, high = ([band[side] for band in bands] for side in (1, 2))
        axes.fill_between(across, low, high, alpha=0.1, color=colour)


def _xy(points: Sequence[Point]) -> tuple[list[float], list[float]]:
    return [point.compute for point in points], [point.error for point in points]
