"""Fit a scaling law for each task and family of models in a table of results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from crawl2clip.scaling.results_table import points
from crawl2clip.scaling.scaling_law import Estimate, Law, Point, frontier

if TYPE_CHECKING:
    import pandas as pd


class Task(NamedTuple):
    """An evaluation set and a metric, a share of 1; the error is 1 - metric."""

    dataset: str
    metric: str

    def __str__(self) -> str:
        return f"{self.dataset}:{self.metric}"

    @classmethod
    def of(cls, text: str) -> Task:
        """Parse `dataset:metric`. Raises ValueError for anything else."""
        dataset, colon, metric = text.rpartition(":")
        if not (dataset and colon and metric):
            raise ValueError(f"a task is dataset:metric, such as imagenet1k:acc1, not {text!r}")
        return cls(dataset, metric)


# Figures 1 and 2 of the paper: the eight exponents it states are of these four tasks.
PUBLISHED = (
    Task("imagenet1k", "acc1"),
    Task("imagenet_robustness", "acc1"),
    Task("mscoco_captions", "image_retrieval_recall@5"),
    Task("flickr30k", "image_retrieval_recall@5"),
)


class Goal(NamedTuple):
    """A model that is not trained or evaluated yet: its architecture and samples to see."""

    arch: str
    samples: float

    @classmethod
    def of(cls, text: str) -> Goal:
        """Parse `ARCH@SAMPLES`, such as ViT-H-14@34e9. Raises ValueError for anything else."""
        arch, _, samples = text.rpartition("@")
        try:
            goal = cls(arch, float(samples))
        except ValueError:
            goal = cls("", 0)
        if not (goal.arch and 0 < goal.samples < float("inf")):
            raise ValueError(
                f"a prediction is of ARCH@SAMPLES, such as ViT-H-14@34e9, not {text!r}"
            )
        return goal


@dataclass(frozen=True)
class Fit:
    """A law with its task and family, and all the points it was selected from."""

    task: Task
    family: str
    law: Law
    points: tuple[Point, ...]

    def accuracy(self, compute: float, confidence: float) -> Estimate:
        """Return 1 - error of a model of that many GMACs, with its interval, at least 0."""
        error = self.law.predicted(compute, confidence)
        return Estimate(*(max(0.0, 1 - value) for value in (error.value, error.high, error.low)))


def families(table: pd.DataFrame, apart: str | None) -> dict[str, pd.DataFrame]:
    """Split the table by family. apart: `column=value`, the rows that follow a law of their own.

    Raises ValueError if there are no such rows.
    """
    if not apart:
        return {"all": table}
    column, _, value = apart.partition("=")
    if column not in table.columns or value not in set(table[column].astype(str)):
        there = sorted(set(table[column].astype(str))) if column in table.columns else ()
        raise ValueError(f"no row has {apart}; {column} is one of {', '.join(there) or 'nothing'}")
    chosen = table[column].astype(str) == value
    return {"the rest": table[~chosen], value: table[chosen]}


def tasks(table: pd.DataFrame, wanted: Sequence[str]) -> list[Task]:
    """Return the wanted tasks, else those of the paper in the table.

    Raises ValueError if there is none.
    """
    there = set(table["downstream_dataset"])
    found = [Task.of(text) for text in wanted] or [
        task for task in PUBLISHED if task.dataset in there and task.metric in table.columns
    ]
    if not found:
        raise ValueError(f"name a task, dataset:metric; the table has {', '.join(sorted(there))}")
    return found


def fit(table: pd.DataFrame, task: Task, family: str, bins: int) -> Fit:
    """Fit the law of a family on a task. Raises ValueError if it has too few points."""
    try:
        found = points(table, *task)
        return Fit(task, family, Law.fitted(frontier(found, bins)), tuple(found))
    except ValueError as error:
        raise ValueError(f"{task}, {family}: {error}") from None
