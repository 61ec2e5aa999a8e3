"""The one abstraction: a stage is settings you can call.

It takes a table of pairs and gives one back, so `pairs.transform(CaptionLength(3, 20))` works with
nothing in between, and its `repr` is its log line.

A row whose `problem` is not null is no pair: it says what could not be read or fetched. Filters let
such rows pass, so that they stay in the table of the job that met them and are counted there; the
runner starts the next job without them.
"""

import copy
import importlib
import pkgutil
import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar, dataclass_transform

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.shared.run_context import RunContext
from crawl2clip.spark.arrow_conditions import filtered
from crawl2clip.spark.arrow_step import Added, InWorkers, Judged, NeedsSpark

# Hold no stages, and import what jobs do not need.
NO_ROOMS = tuple(
    f"crawl2clip.{name}"
    for name in (
        *("cli", "compare", "engine", "entries", "evaluation", "filter_network", "io", "report"),
        *("scaling", "shared", "spark", "synthetic_web", "training"),
    )
)

STAGES: dict[str, type["Stage"]] = {}


class Stage(ABC):
    """Settings that turn one table of pairs into another.

    Calling it reads no pairs, unless its docstring says which counts it needs beforehand.

    reads: columns that must be there. adds: columns that are there afterwards, with the type of
    `schema.COLUMNS`. replaces: true if only the added columns remain. files: the settings that are
    paths of side inputs; their content is part of a job's fingerprint. depends: distributions whose
    version decides rows though no import says so, as one that only carries a model. main: the
    setting that a recipe may give without its name. needs_spark: why workers can't run it, if they
    can't.
    """

    name: ClassVar[str]
    reads: ClassVar[tuple[str, ...]] = ()
    adds: ClassVar[tuple[str, ...]] = ()
    replaces: ClassVar[bool] = False
    files: ClassVar[tuple[str, ...]] = ()
    depends: ClassVar[tuple[str, ...]] = ()
    main: ClassVar[str | None] = None
    needs_spark: ClassVar[str] = "needs a shuffle"

    def check(self) -> None:  # noqa: B027  # most stages have nothing to refuse
        """Raise ValueError, saying what would be right, if the settings make no sense."""

    @abstractmethod
    def __call__(self, pairs: DataFrame) -> DataFrame: ...

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """Return the work that makes the same table of Arrow batches, one at a time, in workers.

        A job of such steps is done by workers from file to file. `pairs` has the columns that there
        are, and may be counted beforehand where calling the stage does so. Raises NeedsSpark if the
        stage, or its settings, do not allow that.
        """
        raise NeedsSpark(self.needs_spark)

    def loses_if_stopped(self) -> str | None:
        """Describe work that is done again, at a high cost, if the job is stopped and can't resume.

        Returns a clause, such as "every score is computed again"; None if the stage is cheap.
        """
        return None

    def in_run(self, run: RunContext) -> Self:
        """Return the stage as a part of a run; itself if it needs none."""
        return self

    def finish(self, table: DataFrame) -> None:  # noqa: B027  # or to do
        """Finish the stage; the runner calls this once, when the job's table is complete."""


class PartOfRun(Stage):
    """A stage that reads or leaves files in the folder of its run.

    run: the run that the stage is part of; None outside of one.
    """

    run: ClassVar[RunContext | None] = None

    def in_run(self, run: RunContext) -> Self:
        """Return a copy that knows the run; its settings stay what they are."""
        bound = copy.copy(self)
        object.__setattr__(bound, "run", run)
        return bound

    def needed_run(self) -> RunContext:
        """Return the run. Raises RuntimeError outside of one."""
        if self.run is None:
            wanted = f"{type(self).__name__}(...).in_run(RunContext(folder))"
            raise RuntimeError(f"{self.name} uses files of a run, and is part of none: {wanted}")
        return self.run


class Adding(Stage):
    """A stage that adds columns which workers make of others, and drops no row."""

    @abstractmethod
    def added(self, pairs: DataFrame) -> Added: ...

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return self.added(pairs).by_spark(pairs)

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        return self.added(pairs).in_workers(pairs)


class Filter(Stage):
    """A stage that only drops rows, by a condition that is a Column."""

    @abstractmethod
    def keep(self) -> Column:
        """Return a column that is true for the rows that stay; null counts as no."""

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return pairs.where(self.stays(pairs))

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """Return the condition, where workers can compute all of it exactly as Spark does."""
        return filtered(pairs, self.stays(pairs))

    def stays(self, pairs: DataFrame) -> Column:
        """Return `keep()` without nulls, and true for rows that are a problem and no pair."""
        return F.coalesce(self.keep(), F.lit(False)) | is_problem(pairs)


class Judging(Filter):
    """A filter whose verdict is a Python function of Arrow arrays, for both executors."""

    @abstractmethod
    def judged(self) -> Judged:
        """Return the function, and the columns that it is given."""

    def keep(self) -> Column:
        return self.judged().by_spark()

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        return self.judged().in_workers(pairs)


def is_problem(pairs: DataFrame) -> Column:
    """Return a column that is true for rows with a `problem`, and false if no row can have one."""
    return F.col("problem").isNotNull() if "problem" in pairs.columns else F.lit(False)


S = TypeVar("S", bound=Stage)


@dataclass_transform(frozen_default=True)
def stage(cls: type[S]) -> type[S]:
    """Freeze the class as a dataclass and enter it in STAGES under its name in snake case.

    Raises ValueError if there is a stage of that name in another module already.
    """
    cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", cls.__name__).lower()
    there = STAGES.get(cls.name)
    if there and there.__module__ != cls.__module__:
        raise ValueError(f"{cls.__module__} and {there.__module__} both define {cls.name}")
    STAGES[cls.name] = dataclass(frozen=True)(cls)
    return STAGES[cls.name]  # type: ignore[return-value]  # dataclass() gives back the class itself


def load_stages() -> dict[str, type[Stage]]:
    """Return every stage by name, importing all modules of all rooms: a new file is a new step."""
    import crawl2clip

    for room in pkgutil.iter_modules(crawl2clip.__path__, "crawl2clip."):
        if room.ispkg and room.name not in NO_ROOMS:
            package = importlib.import_module(room.name)
            for module in pkgutil.iter_modules(package.__path__, f"{room.name}."):
                importlib.import_module(module.name)
    return dict(sorted(STAGES.items()))
