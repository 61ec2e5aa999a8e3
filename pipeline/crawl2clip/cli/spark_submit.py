"""Run jobs under spark-submit, and define the exit codes that all commands share."""

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import IO, Any

from crawl2clip.check import check_job
from crawl2clip.engine.job_report import JobReport, loss
from crawl2clip.engine.progress import shown
from crawl2clip.engine.run import Run, begin_again, run_job
from crawl2clip.engine.session import session
from crawl2clip.engine.source import Source
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import clean_errors, redacted
from crawl2clip.io.terminal import PlainConsole
from crawl2clip.recipe import RecipeError, load_recipe

OK, WRONG_USE, DATA_LOST = 0, 2, 3

_LONGEST = 4_000  # letters of a line: all steps there are, and then some


class Parser(argparse.ArgumentParser):
    """A parser whose error messages repeat no secret of its input."""

    def _print_message(self, message: str, file: IO[str] | None = None) -> None:  # type: ignore[override]
        super()._print_message(redacted(message), file)


class Terminal(PlainConsole):
    """The console of commands, which removes secrets from URLs."""

    def print(self, *objects: Any, **style: Any) -> None:
        """Print like rich; texts are redacted, tables are not."""
        cleaned = (redacted(each) if isinstance(each, str) else each for each in objects)
        super().print(*cleaned, **style)


def job_main(job: str, argv: Sequence[str] | None = None) -> None:
    """Run one job of a recipe in the session that spark-submit brings, then exit.

    Exit codes: 0 done, 2 the user's mistake, 3 done but a listed file could not be read.
    """
    parser = Parser(
        prog=f"jobs/{job}.py",
        description=f"Run the job {job} of a recipe.",
        epilog=f"spark-submit jobs/{job}.py --recipe conf/recipes/metaclip.yaml --run-dir runs/1",
    )
    parser.add_argument("--recipe", required=True, help="YAML file, local or remote")
    parser.add_argument("--run-dir", required=True, help="folder for tables and reports")
    parser.add_argument("--source", help="WARC files, a list of them, or a Parquet table")
    parser.add_argument("--base", help="where relative paths in a list start; default: beside it")
    about = "let conditions call any function and read anything: read the recipe first"
    parser.add_argument("--allow-code", action="store_true", help=about)
    parser.add_argument("--again", action="store_true", help="run it though it is done")
    code_accepted(parser)
    options = parser.parse_args(argv)
    sys.exit(answered(lambda: _submitted(job, options)))


def code_accepted(parser: argparse.ArgumentParser) -> None:
    """Add the option of commands that run jobs which an earlier release may have done."""
    about = "take what is done as it is, though code or a library's version has changed since"
    parser.add_argument("--accept-code", action="store_true", help=about)


def _submitted(job: str, options: argparse.Namespace) -> int:
    source = Source(options.source, options.base) if options.source else None
    run = Run(load_recipe(options.recipe), source, options.run_dir)
    run.recipe.require(job)  # before Spark starts
    spark = session(allow_code=options.allow_code)
    check_job(spark, run, job)
    if options.again:
        begin_again(run, job)
    report = run_job(spark, run, job, shown, say, options.accept_code)
    say(outcome(report))
    return ended(run, [report])


def ended(run: Run, reports: Sequence[JobReport]) -> int:
    """Return the exit code after these jobs, and report lost data on stderr."""
    losses = [lost for report in reports if (lost := loss(report, run.recipe))]
    for lost in losses:
        say(f"{lost}: see the problems in {run.folder}/report.html")
    return DATA_LOST if losses else OK


def say(line: str) -> None:
    """Print a message of one line to stderr, which is no result of the command."""
    shown_line = printable(redacted(line), _LONGEST)
    Terminal(stderr=True, soft_wrap=True).print(shown_line, highlight=False)


def answered(command: Callable[[], int]) -> int:
    """Return the command's exit code; a user's mistake becomes one line on stderr and code 2.

    Other errors are raised with the secrets removed from URLs.
    """
    try:
        with clean_errors():
            return command()
    except RecipeError as error:
        say(f"error: {error}")
        return WRONG_USE


def outcome(report: JobReport) -> str:
    """Return one line about a job: how many pairs went in and came out, what was lost."""
    if report.skipped:
        since = "with other code, accepted" if report.accepted else "nothing changed"
        return f"{report.job}: done before, {since} ({report.pairs:,} pairs)"
    line = f"{report.job}: {report.funnel[0]['pairs']:,} pairs in, {report.pairs:,} out"
    if report.problems:
        line += f", {sum(report.problems.values()) - report.left_out_images:,} problems"
    if report.left_out_images:
        line += f", {report.left_out_images:,} images with nothing to fetch"
    return f"{line} ({report.seconds} s)"
