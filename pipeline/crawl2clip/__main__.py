"""The command `crawl2clip`, the same as `python -m crawl2clip`."""

import argparse
import importlib
import pkgutil
import sys
from collections.abc import Sequence

from crawl2clip.cli import commands
from crawl2clip.cli.registry import Commands
from crawl2clip.cli.spark_submit import Parser, answered


def main(argv: Sequence[str] | None = None) -> None:
    """Parse the command line, run the command, exit.

    Exit codes: 0 done, 2 the user's mistake, 3 done but a listed file could not be read; `serve`
    gives that of the command it ran.
    """
    options = _parser().parse_args(argv)
    sys.exit(answered(lambda: int(options.command(options))))


def _parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="crawl2clip", description="Turn Common Crawl archives into CLIP training sets."
    )
    known = Commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    for module in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
        importlib.import_module(module.name).add(known)
    return parser


if __name__ == "__main__":
    main()
