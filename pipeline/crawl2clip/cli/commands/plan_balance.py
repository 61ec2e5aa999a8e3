"""Command `plan-balance`: show what balancing would keep, before it is run."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession
from rich.table import Table
from rich.text import Text

from crawl2clip.balance.balance_entries import BalanceEntries
from crawl2clip.balance.planning.plan import Plan, PlanRow
from crawl2clip.balance.planning.plan_page import TopEntry, page
from crawl2clip.check import after
from crawl2clip.cli.registry import (
    Commands,
    code_allowed,
    out,
    recipe_of,
    source,
    where_from,
    where_to,
)
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.run import Run
from crawl2clip.engine.session import session
from crawl2clip.io.files import write_atomically
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.match.match_entries_by_language import MatchEntriesByLanguage
from crawl2clip.match.matcher.entry_lists import read_lists
from crawl2clip.recipe import Recipe, RecipeError, load_recipe
from crawl2clip.shared.entry_list import read_entries

PAGE = "plan_balance.html"


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip plan-balance conf/recipes/metaclip.yaml --run-dir runs/1"
    sub = commands.add("plan-balance", plan_balance, example)
    recipe_of(sub)
    where_from(sub)
    where_to(sub)
    code_allowed(sub)
    sub.add_argument("--t", type=float, action="append", help="one to look at; may be repeated")


@dataclass(frozen=True)
class Balancing:
    """A run, and where its recipe balances: in step `number` of `job`, counted from 0."""

    run: Run
    job: str
    number: int
    step: BalanceEntries

    @classmethod
    def of(cls, options: argparse.Namespace) -> "Balancing":
        """Return the run that the options name.

        Raises RecipeError if its recipe does not balance.
        """
        run = Run(load_recipe(options.recipe), source(options), options.run_dir)
        for job, steps in run.recipe.jobs.items():
            for number, step in enumerate(steps):
                if isinstance(step, BalanceEntries):
                    return cls(run, job, number, step)
        raise RecipeError(f"{run.recipe.name} has no step balance_entries")

    def pairs(self, spark: SparkSession) -> DataFrame:
        """Return the input of the step. Raises RecipeError if the job before it has not run."""
        self.run.fingerprint(self.job)
        pairs = self.run.input(self.job).pairs(spark)
        steps = self.run.steps(self.job, writes=False)[: self.number]
        for number, before in enumerate(steps, 1):
            pairs = after(pairs, before, f"{self.run.recipe.name}: {self.job}, step {number}")
        return pairs


def plan_balance(options: argparse.Namespace) -> int:
    """Show how many pairs each t would keep, and write a page about it, before balancing is run."""
    balancing = Balancing.of(options)
    spark = session(allow_code=options.allow_code)
    run, pairs = balancing.run, balancing.pairs(spark)
    plan = planned(balancing.step, pairs)
    rows = plan.rows(sorted({*options.t, plan.t}) if options.t else None)
    texts = _texts(run.recipe)
    zero = _zero(plan, texts)
    top = [TopEntry(lang, _text(texts, lang, i), n, p) for lang, i, n, p in plan.top()]
    place = f"{run.folder.rstrip('/')}/{PAGE}"
    write_atomically(place, page(run.recipe.name, plan, rows, top, zero))
    out.print(_table(plan, rows))
    if plan.languages():
        out.print(_languages(plan))
    out.print(Text(zero))
    out.print(f"page: {place}", soft_wrap=True, highlight=False)
    return OK


def planned(step: BalanceEntries, pairs: DataFrame) -> Plan:
    """Return what the step would do with these pairs. Starts two Spark jobs; nothing is written."""
    counts = step.counted(pairs)
    eligible = step.eligible(pairs)
    sizes = step.sizes(eligible, counts)
    return Plan(counts, sizes, step.thresholds(eligible, counts, sizes), step.reference)


def _texts(recipe: Recipe) -> dict[str, list[str]]:
    """Return the entry lists of the recipe by language; none if they no longer exist."""
    for steps in recipe.jobs.values():
        for step in steps:
            if isinstance(step, MatchEntries):
                return {"": read_entries(step.entries)}
            if isinstance(step, MatchEntriesByLanguage):
                return read_lists(step.entries)
    return {}


def _text(texts: dict[str, list[str]], lang: str, number: int) -> str:
    of_list = texts.get(lang, [])
    return of_list[number] if number < len(of_list) else f"#{number}"


def _zero(plan: Plan, texts: dict[str, list[str]]) -> str:
    listed = sum(map(len, texts.values()))
    if not listed:
        return f"{plan.matched_entries:,} entries match something."
    return f"{listed - plan.matched_entries:,} of {listed:,} entries match nothing."


def _table(plan: Plan, rows: Sequence[PlanRow]) -> Table:
    heads = ("t", "pairs kept", "of the matched", "matches in the tail", "entries above t")
    table = Table()
    for head in heads:
        table.add_column(head, justify="right")
    for row in rows:
        style = "bold" if row.t == plan.t else None
        table.add_row(f"{row.t:,.6g}", *_numbers(row), f"{row.heads:,}", style=style)
    return table


def _languages(plan: Plan) -> Table:
    table = Table("list")
    for head in ("matched", "t", "pairs kept", "of the matched", "matches in the tail"):
        table.add_column(head, justify="right")
    for lang, row in plan.languages():
        table.add_row(lang, f"{row.matched:,}", f"{row.t:,.6g}", *_numbers(row))
    return table


def _numbers(row: PlanRow) -> tuple[str, str, str]:
    return f"{row.kept:,.0f}", f"{row.share:.2%}", f"{row.tail_share:.2%}"
