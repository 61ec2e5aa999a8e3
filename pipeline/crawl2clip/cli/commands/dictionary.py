"""Command `dictionary`: build the dictionary of `add_knowledge`."""

import argparse
from collections.abc import Mapping

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame, SparkSession
from rich.table import Table

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.session import session
from crawl2clip.enrich.sources.wiktextract import NOUNS
from crawl2clip.enrich.spark import sources
from crawl2clip.enrich.spark.dictionary import build, table_of
from crawl2clip.recipe import RecipeError
from crawl2clip.shared.wordnet import WordNet, wordnet_folder

EXAMPLE = "crawl2clip dictionary --wiktionary raw-wiktextract-data.jsonl --wordnet --to d.json"


def add(commands: Commands) -> None:
    """Register the command."""
    sub = commands.add("dictionary", make_dictionary, EXAMPLE)
    sub.add_argument("--table", metavar="TABLE", help="Parquet or CSV with term, gloss, maybe lang")
    sub.add_argument("--wiktionary", nargs="+", metavar="JSONL", help="of wiktextract; may be .gz")
    sub.add_argument(
        "--wordnet", nargs="?", const="", metavar="FOLDER", help="WordNet's dict files"
    )
    sub.add_argument("--to", required=True, metavar="JSON", help="record; the table is beside it")
    sub.add_argument("--pos", nargs="+", default=list(NOUNS), help="of Wiktionary; default: nouns")
    sub.add_argument("--lang", default="en", help="of --table, where that has no lang; default: en")
    sub.add_argument("--most-words", type=int, default=6, help="of a term; default: 6")
    sub.add_argument("--most-chars", type=int, default=1_000, help="of a gloss; default: 1,000")


def make_dictionary(options: argparse.Namespace) -> int:
    """Build a dictionary from a table of yours, from Wiktionary and from WordNet, in this order.

    A term is taken from the first source that has it. Wiktionary is the JSONL of wiktextract, as
    kaikki.org offers it; links from forms and other spellings are resolved. WordNet without a
    folder is the installed one. The counts show what could not be used. Writes a Parquet table into
    the folder named like the record, without .json, and then the record, which `add_knowledge`
    takes. On a cluster: spark-submit jobs/command.py dictionary ...
    """
    try:
        folder = _wordnet_folder(options)
        _refuse(options)
        spark = session()
        about = build(spark, _sources(spark, options, folder), options.to, options.most_words)
    except (ValueError, AnalysisException) as error:
        raise RecipeError(str(error).splitlines()[0]) from None
    _show(about["sources"])
    line = f"{about['terms']:,} terms: {options.to}"
    out.print(line, soft_wrap=True, highlight=False)
    return OK


def _wordnet_folder(options: argparse.Namespace) -> str | None:
    if options.wordnet is None:
        return None
    folder = options.wordnet or str(wordnet_folder())
    WordNet(folder)
    return folder


def _refuse(options: argparse.Namespace) -> None:
    """Refuse invalid options before Spark starts."""
    if not options.table and not options.wiktionary and options.wordnet is None:
        raise ValueError("give it --table, --wiktionary or --wordnet: where are the definitions?")
    for name in ("most_words", "most_chars"):
        if getattr(options, name) < 1:
            raise ValueError(f"--{name.replace('_', '-')} is 1 or more")
    table_of(options.to)


def _sources(
    spark: SparkSession, options: argparse.Namespace, folder: str | None
) -> dict[str, DataFrame]:
    most = options.most_chars
    found = {}
    if options.table:
        found["table"] = sources.own(spark, options.table, options.lang, most)
    if options.wiktionary:
        pos = tuple(options.pos)
        found["wiktionary"] = sources.wiktionary(spark, options.wiktionary, pos, most)
    if folder:
        found["wordnet"] = sources.wordnet(spark, folder, most)
    return found


def _show(counts: Mapping[str, Mapping[str, int]]) -> None:
    table = Table("source", "what", "number", box=None)
    for source, kinds in counts.items():
        for kind, number in kinds.items():
            table.add_row(source, kind, f"{number:,}")
    out.print(table)
