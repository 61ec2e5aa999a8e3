"""The command `crawl2clip`, the same as `python -m pipeline`."""

import argparse
import subprocess
import sys
import textwrap
import threading
from collections.abc import Sequence
from dataclasses import MISSING, fields

from pyspark.sql import Row
from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipeline.check import check
from pipeline.crawl import PATHS, choose
from pipeline.preview import preview
from pipeline.progress import shown
from pipeline.recipe import Recipe, RecipeError, load_recipe
from pipeline.report import funnel_table, write_html
from pipeline.run import JobReport, Run, read_report, run_job
from pipeline.sample import SampleSettings, make_sample, serving
from pipeline.session import local_session
from pipeline.source import Source
from pipeline.stage import Stage, load_stages
from pipeline.submit import OK, answered, ended, outcome, say

out = Console()


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the command, exit.

    Exit codes: 0 done, 2 the user's mistake, 3 done but a listed file could not be read; `serve`
    gives that of the command it ran.
    """
    options = _parser().parse_args(argv)
    sys.exit(answered(lambda: int(options.command(options))))


def list_stages(options: argparse.Namespace) -> int:
    """Show every step that a recipe may use, with its settings and their defaults."""
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
    """Push an empty table through every step of a recipe."""
    recipe = load_recipe(options.recipe)
    check(local_session(), recipe, _source(options))
    out.print(f"{recipe.name}: {', '.join(recipe.jobs)}: nothing wrong", highlight=False)
    return OK


def run_recipe(options: argparse.Namespace) -> int:
    """Run all jobs of a recipe in turn, then write the report."""
    run = Run(load_recipe(options.recipe), _source(options), options.run_dir)
    spark = local_session(options.cores)
    check(spark, run.recipe, run.source)
    reports = []
    for job in run.recipe.jobs:
        report = run_job(spark, run, job, shown, say)
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
    return _told(run, reports, write_html(local_session(), run.recipe, run.folder))


def _reports(recipe: Recipe, folder: str) -> list[JobReport]:
    found = [report for job in recipe.jobs if (report := read_report(folder, job))]
    if not found:
        raise RecipeError(
            f"{folder} holds no finished job of {recipe.name}; crawl2clip run makes it"
        )
    return found


def preview_filter(options: argparse.Namespace) -> int:
    """Show pairs that a filter throws away, and pairs that it keeps."""
    run = Run(load_recipe(options.recipe), _source(options), options.run_dir)
    found = preview(local_session(), run, options.job, options.step, options.rows)
    step, thrown, kept = found
    out.print(f"{options.job}: {step}", markup=False)
    out.print(_rows("throws away", thrown, step))
    out.print(_rows("keeps", kept, step))
    return OK


def _rows(title: str, rows: list[Row], step: Stage) -> Table:
    names = list(rows[0].asDict()) if rows else []
    first = ["text", *step.reads, "lang", "lang_score", "clip_score", "width", "height", "url"]
    names = [name for name in dict.fromkeys(first) if name in names]
    table = Table(*names, title=title, title_justify="left", show_lines=False)
    for row in rows:
        table.add_row(*(Text(str(row[name])) for name in names))
    return table


def make_a_sample(options: argparse.Namespace) -> int:
    """Make a small web with known truth, and the archives of its crawl."""
    given = {"seed": options.seed, "pages": options.pages, "pictures": options.pictures}
    given |= {"hosts": options.hosts, "warcs": options.warcs, "port": options.port}
    settings = SampleSettings(**{k: v for k, v in given.items() if v is not None})
    try:
        make_sample(options.folder, settings, say)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    out.print(f"sample: {options.folder}/warc.paths.gz", soft_wrap=True, highlight=False)
    return OK


def choose_archives(options: argparse.Namespace) -> int:
    """Choose some archives of a crawl by chance, and write a list of them."""
    try:
        chosen = choose(
            options.crawl, options.files, options.seed, options.paths, options.base, options.to
        )
    except (ValueError, OSError) as error:
        raise RecipeError(str(error)) from None
    out.print(chosen, soft_wrap=True, highlight=False)
    return OK


def serve_sample(options: argparse.Namespace) -> int:
    """Serve the sample's web on loopback while a command runs, or until interrupted."""
    try:
        with serving(options.folder):
            if options.run:
                return subprocess.call(options.run)
            say("serving; stop with Ctrl-C")
            threading.Event().wait()
    except (ValueError, OSError) as error:  # no sample there, or its port is taken
        raise RecipeError(str(error)) from None
    except KeyboardInterrupt:
        pass
    return OK


def _source(options: argparse.Namespace) -> Source | None:
    return Source(options.source, options.base) if options.source else None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="crawl2clip", description="Turn Common Crawl archives into CLIP training sets."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, command: object, example: str) -> argparse.ArgumentParser:
        about = textwrap.dedent(command.__doc__ or "")
        sub = commands.add_parser(
            name, help=about.splitlines()[0], description=about, epilog=f"example: {example}"
        )
        sub.set_defaults(command=command)
        return sub

    recipe = "conf/recipes/metaclip.yaml"
    add("list", list_stages, "crawl2clip list")
    sub = add("check", check_recipe, f"crawl2clip check {recipe}")
    _recipe(sub)
    _where_from(sub)
    sub = add("run", run_recipe, f"crawl2clip run {recipe} --source 'w/*.warc.gz' --run-dir runs/1")
    _recipe(sub)
    _where_from(sub)
    _where_to(sub)
    sub.add_argument("--cores", default="*", help="of this machine; default: all")
    for name, command in {"funnel": show_funnel, "report": remake_report}.items():
        sub = add(name, command, f"crawl2clip {name} {recipe} --run-dir runs/1")
        _recipe(sub)
        _where_to(sub)
    sub = add("preview", preview_filter, f"crawl2clip preview {recipe} filter --run-dir runs/1")
    _recipe(sub)
    sub.add_argument("job", help="a job of the recipe; the jobs before it must have run")
    _where_from(sub)
    _where_to(sub)
    sub.add_argument("--step", type=int, help="number of the step; default: the first filter")
    sub.add_argument("--rows", type=int, default=10, help="of each sort; default: 10")
    sub = add("crawl", choose_archives, "crawl2clip crawl CC-MAIN-2026-05 --files 10")
    sub.add_argument("crawl", help="its name; https://commoncrawl.org/get-started lists them")
    sub.add_argument("--files", type=int, required=True, help="how many archives")
    sub.add_argument("--seed", type=int, default=0, help="default: 0")
    sub.add_argument("--paths", default=PATHS, help=f"list of all archives; default: {PATHS}")
    sub.add_argument("--base", help="where that list's paths start, such as s3://commoncrawl/")
    sub.add_argument("--to", help="list to write; default: named after the crawl")
    _add_sample(add("sample", make_a_sample, "crawl2clip sample build/sample"))
    sub = add("serve", serve_sample, "crawl2clip serve build/sample -- crawl2clip run ...")
    sub.add_argument("folder", help="made by crawl2clip sample")
    sub.add_argument("run", nargs="*", metavar="COMMAND", help="to run meanwhile, after --")
    return parser


def _recipe(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("recipe", help="YAML file, local or remote")


def _where_from(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--source", help="WARC files, a list of them, or a Parquet table")
    sub.add_argument("--base", help="where relative paths in a list start; default: beside it")


def _where_to(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--run-dir", required=True, help="folder for tables and reports")


def _add_sample(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("folder", help="to make; must not exist yet, or hold the same sample")
    for name in ("seed", "pages", "pictures", "hosts", "warcs", "port"):
        default = getattr(SampleSettings(), name)
        sub.add_argument(f"--{name}", type=int, help=f"default: {default:,}")


if __name__ == "__main__":
    main()
