"""Command `fit-scaling-law`: predict the benefit of more compute."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.io.files import write_atomically
from crawl2clip.recipe import RecipeError
from crawl2clip.scaling import law_fits, results_table
from crawl2clip.scaling.law_fits import Fit, Goal
from crawl2clip.scaling.scaling_law import BINS, Estimate
from crawl2clip.training.gmacs import gmacs

if TYPE_CHECKING:
    import pandas as pd

Predicted = tuple[Fit, Goal, Estimate]


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip fit-scaling-law results.jsonl --predict ViT-H-14@34e9 --to law"
    sub = commands.add("fit-scaling-law", fit_scaling_law, example)
    sub.add_argument("results", help="table of results: .jsonl, as evaluate writes, .csv, .parquet")
    sub.add_argument("--to", required=True, metavar="FOLDER", help="for the plot and the numbers")
    about = "such as imagenet1k:acc1; may be repeated; default: the four of the paper"
    sub.add_argument("--task", action="append", default=[], metavar="DATASET:METRIC", help=about)
    about = "rows that follow a law of their own, such as upstream_dataset=CLIP-WIT"
    sub.add_argument("--apart", metavar="COLUMN=VALUE", help=about)
    about = "a model to predict, such as ViT-H-14@34e9; may be repeated"
    sub.add_argument("--predict", action="append", default=[], metavar="ARCH@SAMPLES", help=about)
    about = "equal parts of log C, of each of which the best model counts; default: the paper's 5"
    sub.add_argument("--bins", type=int, default=BINS, help=about)
    sub.add_argument("--confidence", type=float, default=0.95, help="of the intervals")


def fit_scaling_law(options: argparse.Namespace) -> int:
    """Fit E = beta C^alpha to a table of results, and predict models that are not trained yet.

    C is GMACs per sample times samples seen, E is 1 - accuracy or 1 - recall. The points of the fit
    are those of Cherti et al. 2023: the best model in each of five equal parts of log C.
    """
    try:
        _refuse(options)
        table = results_table.read(options.results)
        fits = _fits(table, options)
        goals = [Goal.of(text) for text in options.predict]
        predicted = _predicted(table, fits, goals, options.confidence)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    out.print(_laws(fits, options.confidence))
    if predicted:
        out.print(_predictions(predicted, options.confidence))
    _write(Path(options.to), fits, predicted, options.confidence)
    return OK


def _refuse(options: argparse.Namespace) -> None:
    if options.bins < 2:
        raise ValueError(f"--bins {options.bins}: two points make a line, one does not")
    if not 0 < options.confidence < 1:
        raise ValueError(f"--confidence is between 0 and 1, not {options.confidence}")


def _fits(table: "pd.DataFrame", options: argparse.Namespace) -> list[Fit]:
    by_family = law_fits.families(table, options.apart)
    return [
        law_fits.fit(rows, task, family, options.bins)
        for task in law_fits.tasks(table, options.task)
        for family, rows in by_family.items()
    ]


def _predicted(
    table: "pd.DataFrame", fits: Sequence[Fit], goals: Sequence[Goal], confidence: float
) -> list[Predicted]:
    known = dict(zip(table["arch"], table["gmacs"], strict=True))
    each = {goal.arch: known.get(goal.arch) or gmacs(goal.arch) for goal in goals}
    return [
        (fit, goal, fit.accuracy(each[goal.arch] * goal.samples, confidence))
        for goal in goals
        for fit in fits
    ]


def _laws(fits: Sequence[Fit], confidence: float) -> Table:
    table = _headed("task", "models", "alpha", f"{confidence:.0%} interval", "beta", "points")
    for fit in fits:
        alpha = fit.law.exponent(confidence)
        interval = f"{alpha.low:.3f} to {alpha.high:.3f}"
        count = f"{len(fit.law.points)} of {len(fit.points)}"
        numbers = f"{alpha.value:.4f}", interval, f"{fit.law.beta:.4g}", count
        table.add_row(str(fit.task), fit.family, *numbers)
    return table


def _predictions(predicted: Sequence[Predicted], confidence: float) -> Table:
    table = _headed("task", "models", "predicted of", "%", f"{confidence:.0%} interval")
    for fit, goal, found in predicted:
        model = f"{goal.arch}, {goal.samples:.3g} seen"
        interval = f"{found.low:.2%} to {found.high:.2%}"
        table.add_row(str(fit.task), fit.family, model, f"{found.value:.2%}", interval)
    return table


def _headed(*heads: str) -> Table:
    table = Table()
    for number, head in enumerate(heads):
        table.add_column(head, justify="left" if number < 2 else "right")
    return table


def _write(
    folder: Path, fits: Sequence[Fit], predicted: Sequence[Predicted], confidence: float
) -> None:
    from crawl2clip.scaling.law_plot import draw

    draw(fits, confidence, folder / "scaling_law.png")
    written = {"confidence": confidence, "laws": [_law(fit, confidence) for fit in fits]}
    written["predictions"] = [
        {"task": str(fit.task), "models": fit.family, **goal._asdict(), **_numbers(found)}
        for fit, goal, found in predicted
    ]
    text = json.dumps(written, indent=1, ensure_ascii=False)
    write_atomically(str(folder / "scaling_law.json"), text + "\n")
    out.print(f"plot: {folder / 'scaling_law.png'}", soft_wrap=True, highlight=False)


def _law(fit: Fit, confidence: float) -> dict[str, object]:
    alpha = _numbers(fit.law.exponent(confidence))
    about = {"task": str(fit.task), "models": fit.family, "alpha": alpha, "beta": fit.law.beta}
    return about | {"points": [point._asdict() for point in fit.law.points]}


def _numbers(estimate: Estimate) -> dict[str, float | None]:
    """Convert NaN to null, as JSON has no NaN."""
    return {k: v if v == v else None for k, v in estimate._asdict().items()}
