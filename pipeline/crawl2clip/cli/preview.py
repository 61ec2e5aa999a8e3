"""Preview a filter: rows that it drops and keeps, to look at before a long run."""

from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F

from crawl2clip.check import after
from crawl2clip.engine.run import Run
from crawl2clip.recipe import RecipeError, no_such
from crawl2clip.stage import Filter, is_problem


def preview(
    spark: SparkSession, run: Run, job: str, step: int | None, rows: int
) -> tuple[Filter, list[Row], list[Row]]:
    """Return the filter, and up to `rows` of the pairs it drops and of those it keeps.

    step: its number in the job, from 1; by default the job's first filter. The rows are those with
    the smallest hashes of uid, so a second look shows the same. Nothing is written into the run.
    Raises RecipeError.
    """
    run.recipe.require(job)
    steps = run.steps(job, writes=False)
    filters = {number: s for number, s in enumerate(steps, 1) if isinstance(s, Filter)}
    if not filters:
        raise RecipeError(f"{run.recipe.name}: job {job} has no filter to look at")
    number = step or next(iter(filters))
    if number not in filters:
        there = [f"{n} ({s.name})" for n, s in filters.items()]
        raise RecipeError(f"{run.recipe.name}: {job}: {no_such('filter at step', number, there)}")
    pairs = run.input(job).pairs(spark)
    where = f"{run.recipe.name}: {job}, step"
    for place, before in enumerate(steps[: number - 1], 1):
        pairs = after(pairs, before, f"{where} {place}")
    after(pairs, filters[number], f"{where} {number}")  # refuses a wrong condition in a line
    stays = filters[number].stays(pairs)
    good = ~is_problem(pairs)
    return (
        filters[number],
        _some(pairs.where(~stays & good), rows),
        _some(pairs.where(stays & good), rows),
    )


def _some(pairs: DataFrame, rows: int) -> list[Row]:
    return pairs.orderBy(F.xxhash64("uid"), "uid").drop("image").limit(rows).collect()
