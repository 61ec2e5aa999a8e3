"""Refuse a wrong recipe before any data is read: push an empty table through every step.

Catalyst resolves each column and type on the way, those inside `where` texts included.
"""

from collections.abc import Sequence
from functools import partial

from pyspark.errors import AnalysisException, ParseException
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.job_input import without_problems
from crawl2clip.engine.plan import JobPlan, plan_job
from crawl2clip.engine.run import Run
from crawl2clip.engine.source import Source, no_pairs
from crawl2clip.engine.worker_executor import TaskInputs
from crawl2clip.io.printable import printable
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.schema import COLUMNS
from crawl2clip.shared.run_context import CHECK_ONLY
from crawl2clip.stage import Stage


def check(spark: SparkSession, recipe: Recipe, source: Source | None = None) -> dict[str, JobPlan]:
    """Return the plan of each job. Raise RecipeError, naming job and step, for a step that can't
    work on what it is given, and TypeError for a stage that breaks its own promise about columns.

    Without a source the first job reads archives. Nothing is written, and no archive is read.
    """
    pairs = source.empty(spark) if source else no_pairs(spark)
    plans: dict[str, JobPlan] = {}
    for job, steps in recipe.jobs.items():
        bound = [step.in_run(CHECK_ONLY) for step in steps]
        result = _after_all(pairs, bound, f"{recipe.name}: {job}")
        foreign = source if source and not plans and source.is_table else None
        plans[job] = plan_job(bound, pairs, partial(_task_inputs, spark, foreign))
        pairs = without_problems(result)
    return plans


def _task_inputs(spark: SparkSession, table: Source | None) -> TaskInputs | None:
    """Return the task inputs of a table, which may need Spark; archives and own tables never do."""
    return table.task_inputs(spark) if table else None


def check_job(spark: SparkSession, run: Run, job: str) -> None:
    """Check the steps of one job on the columns that its input really has. Raises RecipeError."""
    steps = [step.in_run(CHECK_ONLY) for step in run.recipe.jobs[job]]
    _after_all(run.input(job).empty(spark), steps, f"{run.recipe.name}: {job}")


def _after_all(pairs: DataFrame, steps: Sequence[Stage], where: str) -> DataFrame:
    for number, step in enumerate(steps, 1):
        result = after(pairs, step, f"{where}, step {number}")
        # Known to be empty: a step that counts beforehand then has nothing to run.
        pairs = result.limit(0)
    return pairs


def after(pairs: DataFrame, step: Stage, where: str) -> DataFrame:
    """Return the table after the step, checking that it reads and adds the columns it declares."""
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
