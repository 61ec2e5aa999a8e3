"""Command `rebalance`: choose more pairs for a run that lost too many images."""

import argparse
import math
from collections.abc import Sequence
from dataclasses import dataclass

import fsspec
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.balance.balance_entries import BalanceEntries, draw
from crawl2clip.balance.planning.remaining_recipe import RemainingRecipe
from crawl2clip.balance.planning.topup_batches import TopUpBatch, next_folder, topup_batches
from crawl2clip.balance.probabilities.entry_counts import FILE, EntryCounts, Thresholds, read_counts
from crawl2clip.balance.probabilities.keep_probabilities import entry_probs
from crawl2clip.balance.probabilities.thresholds import ThresholdRules, kept, with_size
from crawl2clip.balance.spark.entry_counting import keep_prob
from crawl2clip.cli.commands.plan_balance import Balancing
from crawl2clip.cli.registry import Commands, code_allowed, out, recipe_of, where_from, where_to
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.job_report import JobReport, read_report
from crawl2clip.engine.session import session
from crawl2clip.recipe import RecipeError


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip rebalance conf/recipes/metaclip.yaml --run-dir runs/1 --size 400000000"
    sub = commands.add("rebalance", rebalance, example)
    recipe_of(sub)
    where_from(sub)
    where_to(sub)
    code_allowed(sub)
    sub.add_argument("--size", type=int, required=True, help="pairs that the set shall have")


@dataclass(frozen=True)
class Shortage:
    """The number of pairs that a run and its batches requested, and the number they obtained."""

    asked: int
    have: int

    def wanted(self, size: int) -> int:
        """Return the total number to request, if the same share of them is obtained as before."""
        return self.asked + math.ceil((size - self.have) * self.asked / self.have)


def rebalance(options: argparse.Namespace) -> int:
    """Choose further pairs for a finished run whose set is smaller than it should be.

    A larger t keeps everything that the run kept, and more. The pairs that only the larger t keeps
    are written as a table to <run>/more, enough of them if the same share of images is missing as
    before, with a recipe to fetch them and one for the jobs that follow fetching, to be run on the
    images of both. Nothing is matched again, and no image is downloaded twice.

    If the set is still too small after that, the same command writes to <run>/more-2, and so on. A
    batch of which nothing has been fetched yet is chosen anew.
    """
    balancing = Balancing.of(options)
    if balancing.step.form != "draw":
        raise RecipeError(f"{balancing.step.name}: form {balancing.step.form!r} has no larger t")
    run = balancing.run.folder
    left = RemainingRecipe.of(options.recipe, balancing.job, balancing.number)
    there = _begun(topup_batches(run))
    shortage = _shortage(balancing, left, there, options.size)
    counts, then = _counts(run, there)
    pairs = balancing.step.eligible(balancing.pairs(session(allow_code=options.allow_code)))
    now, kept_now = _larger(balancing.step, pairs, counts, then, shortage.wanted(options.size))
    if round(kept_now) <= shortage.asked:
        raise RecipeError(f"{run}: all {shortage.asked:,} pairs that match have been asked for")
    folder = next_folder(run, len(there))
    more = added(balancing.step, pairs, counts, then, now)
    addition = TopUpBatch(folder, _written(more, folder), dict(then), dict(now))
    commands = left.write(run, [one.folder for one in (*there, addition)])
    addition.write()
    _tell(shortage, addition, commands)
    return OK


def _written(more: DataFrame, folder: str) -> int:
    """Write the pairs as a table into the folder, and return their number."""
    table = f"{folder}/pairs.parquet"
    more.write.mode("overwrite").option("compression", "zstd").parquet(table)
    return more.sparkSession.read.parquet(table).count()


def _tell(shortage: Shortage, addition: TopUpBatch, commands: Sequence[str]) -> None:
    expected = shortage.have + round(addition.asked * shortage.have / shortage.asked)
    out.print(f"{shortage.have:,} of {shortage.asked:,} pairs have come through", highlight=False)
    table = f"{addition.folder}/pairs.parquet"
    line = f"{addition.asked:,} more in {table}; then there should be {expected:,}"
    out.print(line, soft_wrap=True, highlight=False)
    for command in commands:
        out.print(command, soft_wrap=True, highlight=False, markup=False)


def _begun(there: list[TopUpBatch]) -> list[TopUpBatch]:
    """Return the batches without the last if nothing of it was fetched: it can be chosen anew."""
    if there:
        files, path = fsspec.url_to_fs(f"{there[-1].folder}/run")
        if not files.exists(path):
            return there[:-1]
    return there


def _shortage(
    balancing: Balancing, left: RemainingRecipe, there: Sequence[TopUpBatch], size: int
) -> Shortage:
    run = balancing.run
    balanced = _ended(run.folder, balancing.job)
    last = list(run.recipe.jobs)[-1]
    if left.rest and there:  # its last job ran over the images of all
        reports = [_ended(f"{there[-1].folder}/all", last)]
    else:
        folders = [run.folder, *(f"{one.folder}/run" for one in there)]
        reports = [_ended(folder, last) for folder in folders]
    have = sum(report.pairs for report in reports)
    if have >= size:
        raise RecipeError(f"{run.folder} has {have:,} pairs, which is no less than {size:,}")
    if not have:
        raise RecipeError(f"{run.folder} has got no pair at all: more of the same will not help")
    asked = int(balanced.funnel[balancing.number + 1]["pairs"])
    return Shortage(asked + sum(one.asked for one in there), have)


def _ended(folder: str, job: str) -> JobReport:
    report = read_report(folder, job)
    if report is None:
        raise RecipeError(f"{folder}: job {job} has not run to its end yet")
    return report


def _counts(run: str, there: Sequence[TopUpBatch]) -> tuple[EntryCounts, Thresholds]:
    """Return the run's counts, and the thresholds of everything chosen so far."""
    try:
        counts = read_counts(f"{run.rstrip('/')}/{FILE}")
    except ValueError as error:
        raise RecipeError(str(error)) from None
    if there and dict(there[0].then) != dict(counts.thresholds):
        folder = there[0].folder
        raise RecipeError(f"{folder} was chosen before {run} was balanced anew: move it away")
    return counts, there[-1].now if there else counts.thresholds


def _larger(
    step: BalanceEntries, pairs: DataFrame, counts: EntryCounts, then: Thresholds, wanted: int
) -> tuple[Thresholds, float]:
    """Return thresholds none of which is smaller than before, and how many pairs they keep."""
    lists = ThresholdRules(counts, step.reference)

    def rule(t: float) -> Thresholds:
        return {k: max(new, then[k]) for k, new in lists.with_t(t).items()}

    sizes = step.sizes(pairs, counts)
    larger = with_size(sizes, wanted, rule, lists.most)
    return larger, kept(sizes, larger)


def added(
    step: BalanceEntries, pairs: DataFrame, counts: EntryCounts, then: Thresholds, now: Thresholds
) -> DataFrame:
    """Return the pairs that the thresholds `now` keep and the smaller ones, `then`, did not."""
    larger, smaller = (
        keep_prob(pairs, counts, entry_probs(counts.flat, counts.spread(thresholds)))
        for thresholds in (now, then)
    )
    chances = pairs.withColumn("keep_prob", larger).withColumn("_then", smaller)
    drawn = draw(step.seed)
    more = chances.where((drawn < F.col("keep_prob")) & (drawn >= F.col("_then")))
    return more.drop("_then", "problem")
