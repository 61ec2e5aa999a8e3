"""Register commands of `crawl2clip`, and define the options that several share."""

import argparse
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from crawl2clip.cli.spark_submit import Parser, Terminal
from crawl2clip.engine.source import Source

Command = Callable[[argparse.Namespace], int]

out = Terminal()


@dataclass(frozen=True)
class Commands:
    """The object that the `add` of a module of commands receives."""

    parsers: "argparse._SubParsersAction[Parser]"

    def add(self, name: str, command: Command, example: str) -> Parser:
        """Register a command and return its parser, for its options; its docstring is its help."""
        about = textwrap.dedent(command.__doc__ or "")
        parser = self.parsers.add_parser(
            name, help=about.splitlines()[0], description=about, epilog=f"example: {example}"
        )
        parser.set_defaults(command=command)
        return parser


def recipe_of(parser: argparse.ArgumentParser) -> None:
    """Add the positional argument `recipe`."""
    parser.add_argument("recipe", help="YAML file, local or remote")


def code_allowed(parser: argparse.ArgumentParser) -> None:
    """Add the option of commands that evaluate conditions."""
    about = "let conditions call any function and read anything: read the recipe before you run it"
    parser.add_argument("--allow-code", action="store_true", help=about)


def where_from(parser: argparse.ArgumentParser) -> None:
    """Add the options that `source` reads."""
    parser.add_argument("--source", help="WARC files, a list of them, or a Parquet table")
    parser.add_argument("--base", help="where relative paths in a list start; default: beside it")


def where_to(parser: argparse.ArgumentParser) -> None:
    """Add the option of commands that work in a run folder."""
    parser.add_argument("--run-dir", required=True, help="folder for tables and reports")


def source(options: argparse.Namespace) -> Source | None:
    """Return the source that the options of `where_from` name, or None."""
    return Source(options.source, options.base) if options.source else None
