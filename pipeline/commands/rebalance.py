"""The command rebalance: more pairs for a run of whose images too many were gone."""

import argparse
import math
from dataclasses import dataclass
from typing import Any

import fsspec
import yaml
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.balance.balance_entries import BalanceEntries, draw
from pipeline.balance.counting import keep_prob
from pipeline.balance.entry_counts import FILE, EntryCounts, Thresholds, read_counts
from pipeline.balance.probabilities import entry_probs
from pipeline.balance.thresholds import Lists, kept, with_size
from pipeline.commands.adding import Commands, out, recipe_of, source, where_from, where_to
from pipeline.commands.plan_balance import Balancing
from pipeline.recipe import RecipeError, load_recipe
from pipeline.run import Run
from pipeline.session import session
from pipeline.submit import OK


def add(commands: Commands) -> None:
    """Enter it."""
    example = "crawl2clip rebalance conf/recipes/metaclip.yaml --run-dir runs/1 --size 400000000"
    sub = commands.add("rebalance", rebalance, example)
    recipe_of(sub)
    where_from(sub)
    where_to(sub)
    sub.add_argument("--size", type=int, required=True, help="pairs that the set shall have")


@dataclass(frozen=True)
class Shortage:
    """What a run has asked for, and what it got of it."""

    asked: int
    have: int

    def wanted(self, size: int) -> int:
        """How many to ask for in all, if as large a part of them comes as came before."""
        return self.asked + math.ceil((size - self.have) * self.asked / self.have)


def rebalance(options: argparse.Namespace) -> int:
    """Choose further pairs for a finished run whose set is smaller than it should be.

    A larger t keeps what the run kept and more. The pairs that only the larger t keeps are written
    as a table to <run>/more, enough of them if as many images are gone as before, with a recipe to
    fetch them and one for the jobs that come after fetching, to be run over the images of both.
    Nothing is matched again, and nothing downloaded twice.
    """
    run = Run(load_recipe(options.recipe), source(options), options.run_dir)
    balancing = Balancing.of(run.recipe)
    shortage = _shortage(run, balancing, options.size)
    counts = _counts(run)
    pairs = balancing.pairs(session(), run)
    eligible = balancing.step.eligible(pairs)
    larger, kept_then = _larger(balancing.step, eligible, counts, shortage.wanted(options.size))
    more = added(balancing.step, eligible, counts, larger)
    folder = f"{run.folder.rstrip('/')}/more"
    more.write.mode("overwrite").option("compression", "zstd").parquet(f"{folder}/pairs.parquet")
    commands = _recipes(options.recipe, run, balancing, folder)
    number = round(kept_then) - shortage.asked
    expected = shortage.have + round(number * shortage.have / shortage.asked)
    out.print(f"{shortage.have:,} of {shortage.asked:,} pairs have come through", highlight=False)
    line = f"{number:,} more in {folder}/pairs.parquet; then there should be {expected:,}"
    out.print(line, soft_wrap=True, highlight=False)
    for command in commands:
        out.print(command, soft_wrap=True, highlight=False, markup=False)
    return OK


def _shortage(run: Run, balancing: Balancing, size: int) -> Shortage:
    if balancing.step.form != "draw":
        raise RecipeError(f"{balancing.step.name}: form {balancing.step.form!r} has no larger t")
    last = list(run.recipe.jobs)[-1]
    balanced, ended = run.report(balancing.job), run.report(last)
    if balanced is None or ended is None:
        raise RecipeError(f"{run.folder}: {run.recipe.name} has not run to its end yet")
    asked = int(balanced.funnel[balancing.number + 1]["pairs"])
    if ended.pairs >= size:
        raise RecipeError(f"{run.folder} has {ended.pairs:,} pairs, which is no less than {size:,}")
    if not ended.pairs:
        raise RecipeError(f"{run.folder} has got no pair at all: more of the same will not help")
    return Shortage(asked, ended.pairs)


def _counts(run: Run) -> EntryCounts:
    try:
        return read_counts(f"{run.folder.rstrip('/')}/{FILE}")
    except ValueError as error:
        raise RecipeError(str(error)) from None


def _larger(
    step: BalanceEntries, pairs: DataFrame, counts: EntryCounts, wanted: int
) -> tuple[Thresholds, float]:
    """Thresholds none of which is smaller than before, and how many pairs they keep."""
    lists = Lists(counts, step.reference)

    def rule(t: float) -> Thresholds:
        return {k: max(new, counts.thresholds[k]) for k, new in lists.with_t(t).items()}

    sizes = step.sizes(pairs, counts)
    larger = with_size(sizes, wanted, rule, lists.most)
    return larger, kept(sizes, larger)


def added(
    step: BalanceEntries, pairs: DataFrame, counts: EntryCounts, larger: Thresholds
) -> DataFrame:
    """The pairs that the larger thresholds keep and those of the run did not."""
    now, then = (
        keep_prob(pairs, counts, entry_probs(counts.flat, counts.spread(thresholds)))
        for thresholds in (larger, counts.thresholds)
    )
    chances = pairs.withColumn("keep_prob", now).withColumn("_then", then)
    drawn = draw(step.seed)
    more = chances.where((drawn < F.col("keep_prob")) & (drawn >= F.col("_then")))
    return more.drop("_then", "problem")


def _recipes(path: str, run: Run, balancing: Balancing, folder: str) -> list[str]:
    """Write the recipes of what is left to do, and give back the commands that run them."""
    with fsspec.open(path, "rt", encoding="utf-8") as file:
        data = yaml.safe_load(file)
    jobs = data["jobs"]
    names = list(jobs)
    after = names[names.index(balancing.job) + 1 :]
    until = after.index("fetch") + 1 if "fetch" in after else len(after)
    rest = (jobs[balancing.job] or [])[balancing.number + 1 :]
    first = {balancing.job: rest} if rest else {}
    fetch = first | {job: jobs[job] for job in after[:until]}
    commands = [
        f"crawl2clip run {_write(data, 'fetch', fetch, folder)} "
        f"--source {folder}/pairs.parquet --run-dir {folder}/run"
    ]
    if after[until:]:
        both = f"{run.folder.rstrip('/')}/{{fetch,more/run/fetch}}/*.parquet"
        recipe = _write(data, "rest", {job: jobs[job] for job in after[until:]}, folder)
        commands.append(f"crawl2clip run {recipe} --source '{both}' --run-dir {folder}/all")
    return commands


def _write(data: dict[str, Any], name: str, jobs: dict[str, Any], folder: str) -> str:
    """The recipe with these jobs alone; returns its path."""
    path = f"{folder}/{name}.yaml"
    recipe = {**data, "recipe": f"{data['recipe']}_{name}", "jobs": jobs}
    with fsspec.open(path, "wt", encoding="utf-8") as file:
        yaml.safe_dump(recipe, file, sort_keys=False, allow_unicode=True)
    return path
