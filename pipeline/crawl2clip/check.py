"""Refuse a wrong recipe before any data is read: push an empty table through every step.

Catalyst resolves each column and type on the way, those inside `where` texts included.
"""

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.run import Run, without_problems
from crawl2clip.engine.source import Source, no_pairs
from crawl2clip.io.printable import printable
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.schema import COLUMNS
from crawl2clip.stage import RUN_DIR, Stage


def check(spark: SparkSession, recipe: Recipe, source: Source | None = None) -> None:
    """Raise RecipeError, naming job and step, if a step can't work on what it is given.

    Raises TypeError, naming the stage, if a stage breaks its own promise about columns.
    """
    pairs = source.empty(spark) if source else no_pairs(spark)
    for job in recipe.jobs:
        pairs = without_problems(_after_all(pairs, recipe, job))


def check_job(spark: SparkSession, run: Run, job: str) -> None:
    """The same for the steps of one job, on the columns that its input really has."""
    _after_all(run.no_input(spark, job), run.recipe, job)


def _after_all(pairs: DataFrame, recipe: Recipe, job: str) -> DataFrame:
    spark = pairs.sparkSession
    if spark.conf.get(RUN_DIR, None) is None:
        spark.conf.set(RUN_DIR, "memory://check")  # nothing is written: no job starts
    for number, step in enumerate(recipe.jobs[job], 1):
        result = after(pairs, step, f"{recipe.name}: {job}, step {number}")
        # Known to be empty: a step that counts beforehand then has nothing to run.
        pairs = result.limit(0)
    return pairs


def after(pairs: DataFrame, step: Stage, where: str) -> DataFrame:
    """The table after the step, its contract checked: reads before, adds after."""
    missing = [name for name in step.reads if name not in pairs.columns]
    if missing:
        raise RecipeError(
            f"{where}: {_shown(step)} reads {', '.join(missing)}, which no step before it adds; "
            f"there are {', '.join(pairs.columns)}"
        )
    try:
        result = step(pairs)
    except ParseException as error:
        raise RecipeError(f"{where}: {_shown(step)}: {_first_line(error)}") from None
    except AnalysisException as error:
        raise RecipeError(f"{where}: {_shown(step)}: {_first_line(error)}") from None
    except ValueError as error:  # what only the table shows to be wrong
        raise RecipeError(f"{where}: {_shown(step)}: {error}") from None
    _hold_promise(step, pairs, result)
    return result


def _hold_promise(step: Stage, before: DataFrame, result: DataFrame) -> None:
    types = {field.name: field.dataType for field in result.schema}
    for name in step.adds:
        if types.get(name) != COLUMNS[name][0]:
            raise TypeError(
                f"{step} promises {name} as {COLUMNS[name][0]}, gives {types.get(name)}"
            )
    lost = [name for name in before.columns if name not in types and not step.replaces]
    if lost:
        raise TypeError(f"{step} loses the columns {', '.join(lost)}")


def _shown(step: Stage) -> str:
    return printable(str(step))


def _first_line(error: AnalysisException) -> str:
    return printable(str(error.getMessage() or error).strip().splitlines()[0], 500)
