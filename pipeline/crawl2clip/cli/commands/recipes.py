"""Commands on recipes and their runs: list, check, run, funnel, report, preview."""

import argparse
import sys
from dataclasses import MISSING, fields

from pyspark.sql import Row
from rich.table import Table
from rich.text import Text

from crawl2clip.check import check
from crawl2clip.cli.preview import preview
from crawl2clip.cli.registry import (
    Commands,
    code_allowed,
    out,
    recipe_of,
    source,
    where_from,
    where_to,
)
from crawl2clip.cli.spark_submit import OK, code_accepted, ended, outcome, say
from crawl2clip.cli.steps_markdown import steps_page
from crawl2clip.engine.job_report import JobReport, read_report
from crawl2clip.engine.plan import markdown
from crawl2clip.engine.progress import shown
from crawl2clip.engine.run import Run, begin_again, run_job
from crawl2clip.engine.session import session
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import without_secrets
from crawl2clip.recipe import Recipe, RecipeError, load_recipe
from crawl2clip.report import funnel_table, write_html
from crawl2clip.spark.address_columns import ADDRESSES
from crawl2clip.stage import Stage, load_stages

LETTERS = 500  # of a value in a preview
EXAMPLE = "conf/recipes/metaclip.yaml"


def add(commands: Commands) -> None:
    """Register the commands."""
    sub = commands.add("list", list_stages, "crawl2clip list")
    sub.add_argument("--markdown", action="store_true", help="as the page pipeline/STEPS.md")
    sub = commands.add("check", check_recipe, f"crawl2clip check {EXAMPLE}")
    recipe_of(sub)
    where_from(sub)
    code_allowed(sub)
    sub.add_argument("--markdown", action="store_true", help="print the jobs as a Markdown table")
    example = f"crawl2clip run {EXAMPLE} --source 'w/*.warc.gz' --run-dir runs/1"
    sub = commands.add("run", run_recipe, example)
    recipe_of(sub)
    where_from(sub)
    where_to(sub)
    code_allowed(sub)
    sub.add_argument("--cores", default="*", help="of this machine; default: all")
    sub.add_argument(
        "--again", metavar="JOB", help="run it and those after it though they are done"
    )
    code_accepted(sub)
    for name, command in {"funnel": show_funnel, "report": remake_report}.items():
        sub = commands.add(name, command, f"crawl2clip {name} {EXAMPLE} --run-dir runs/1")
        recipe_of(sub)
        where_to(sub)
    sub = commands.add(
        "preview", preview_filter, f"crawl2clip preview {EXAMPLE} filter --run-dir runs/1"
    )
    recipe_of(sub)
    sub.add_argument("job", help="a job of the recipe; the jobs before it must have run")
    where_from(sub)
    where_to(sub)
    code_allowed(sub)
    sub.add_argument("--step", type=int, help="number of the step; default: the first filter")
    sub.add_argument("--rows", type=int, default=10, help="of each sort; default: 10")


def list_stages(options: argparse.Namespace) -> int:
    """Show every step that a recipe may use, with its settings and their defaults."""
    if options.markdown:
        sys.stdout.write(steps_page(load_stages()))
        return OK
    for name, stage in load_stages().items():
        table = Table(box=None, show_header=False, padding=(0, 2, 0, 4))
        for setting in fields(stage):  # type: ignore[arg-type]
            default = "needed" if setting.default is MISSING else repr(setting.default)
            table.add_row(setting.name, default, style="dim")
        room = stage.__module__.split(".")[1]
        summary = (stage.__doc__ or "").splitlines()[0]
        line = Text.assemble((name, "bold"), f"  {summary}  ", (f"[{room}]", "dim"))
        out.print(line, soft_wrap=True)
        out.print(table)
    return OK


def check_recipe(options: argparse.Namespace) -> int:
    """Check a recipe by pushing an empty table through every step; show what runs each job.

    A recipe is code, even when it is only checked: its steps open the files and models that they
    name.
    """
    recipe = load_recipe(options.recipe)
    plans = check(session(allow_code=options.allow_code), recipe, source(options))
    if options.markdown:
        rows = ((recipe.name, job, plan) for job, plan in plans.items())
        out.print(markdown(rows), soft_wrap=True, highlight=False, markup=False)
        return OK
    for job, plan in plans.items():
        out.print(f"{job}: {plan}", soft_wrap=True, highlight=False, markup=False)
        if plan.warning:
            say(f"{job}: warning: {plan.warning}")
    line = f"{recipe.name}: {', '.join(recipe.jobs)}: nothing wrong"
    out.print(line, soft_wrap=True, highlight=False)
    return OK


def run_recipe(options: argparse.Namespace) -> int:
    """Run all jobs of a recipe in turn, then write the report.

    A recipe is code: its steps read the files that they name, load models, access the web and write
    files, with your rights. Read a stranger's recipe before you run it. Its conditions (`where`)
    can only compute on their row, unless --allow-code is given.
    """
    run = Run(load_recipe(options.recipe), source(options), options.run_dir)
    spark = session(options.cores, options.allow_code)
    check(spark, run.recipe, run.source)
    if options.again:
        begin_again(run, options.again)
    reports = []
    for job in run.recipe.jobs:
        report = run_job(spark, run, job, shown, say, options.accept_code)
        say(outcome(report))
        reports.append(report)
    return _told(run, reports, write_html(spark, run.recipe, run.folder))


def _told(run: Run, reports: list[JobReport], page: str) -> int:
    out.print(funnel_table(reports))
    out.print(f"report: {page}", soft_wrap=True, highlight=False)
    return ended(run, reports)


def show_funnel(options: argparse.Namespace) -> int:
    """Show how many pairs each step of a run left."""
    out.print(funnel_table(_reports(load_recipe(options.recipe), options.run_dir)))
    return OK


def remake_report(options: argparse.Namespace) -> int:
    """Write report.html of a run again."""
    run = Run(load_recipe(options.recipe), None, options.run_dir)
    reports = _reports(run.recipe, run.folder)
    return _told(run, reports, write_html(session(), run.recipe, run.folder))


def _reports(recipe: Recipe, folder: str) -> list[JobReport]:
    found = [report for job in recipe.jobs if (report := read_report(folder, job))]
    if not found:
        raise RecipeError(
            f"{folder} holds no finished job of {recipe.name}; crawl2clip run makes it"
        )
    return found


def preview_filter(options: argparse.Namespace) -> int:
    """Show pairs that a filter drops, and pairs that it keeps."""
    run = Run(load_recipe(options.recipe), source(options), options.run_dir)
    spark = session(allow_code=options.allow_code)
    found = preview(spark, run, options.job, options.step, options.rows)
    step, thrown, kept = found
    out.print(printable(f"{options.job}: {step}", LETTERS), soft_wrap=True, highlight=False)
    out.print(_rows("throws away", thrown, step))
    out.print(_rows("keeps", kept, step))
    return OK


def _rows(title: str, rows: list[Row], step: Stage) -> Table:
    names = list(rows[0].asDict()) if rows else []
    first = ["text", *step.reads, "lang", "lang_score", "clip_score", "width", "height", "url"]
    names = [name for name in dict.fromkeys(first) if name in names]
    table = Table(*names, title=title, title_justify="left", show_lines=False)
    for row in rows:
        table.add_row(*(printable(_told_of(name, row[name]), LETTERS) for name in names))
    return table


def _told_of(name: str, value: object) -> str:
    return without_secrets(str(value)) if name in ADDRESSES else str(value)
