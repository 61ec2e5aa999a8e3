"""Command `vocabulary`: count tokens."""

import argparse
import typing

from pyspark.errors import AnalysisException
from pyspark.sql import DataFrame

from crawl2clip.cli.registry import Commands, out, source, where_from
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.session import session
from crawl2clip.filter.spark.token_columns import Case, Split, Tokens
from crawl2clip.filter.spark.token_counts import added, counted, read, table_of, tokens_of, write
from crawl2clip.recipe import RecipeError


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip vocabulary --source runs/1/extract --to counts.json"
    sub = commands.add("vocabulary", make_vocabulary, example)
    where_from(sub)
    sub.add_argument("--add", nargs="+", default=[], metavar="JSON", help="other vocabularies")
    sub.add_argument("--to", required=True, metavar="JSON", help="record; the table is beside it")
    sub.add_argument("--split", choices=typing.get_args(Split), default="blanks")
    sub.add_argument("--case", choices=typing.get_args(Case), default="folded")


def make_vocabulary(options: argparse.Namespace) -> int:
    """Count the unigrams and bigrams of a source, and add the counts of other vocabularies.

    Writes a Parquet table of token and count into the folder named like the record, without .json,
    and then the record, which `rare_tokens: {vocabulary: ...}` takes. On a cluster: spark-submit
    jobs/command.py vocabulary ...
    """
    tokens = Tokens(options.split, options.case)
    _refuse(options, tokens)
    try:
        tables = _tables(options, tokens)
    except AnalysisException as error:
        raise RecipeError(str(error).splitlines()[0]) from None
    counts = added(tables) if len(tables) > 1 else tables[0]
    of = {"source": options.source, "add": options.add}
    about = write(counts, options.to, tokens, of)
    line = f"{about['tokens']:,} tokens, which occur {about['occurrences']:,} times: {options.to}"
    out.print(line, soft_wrap=True, highlight=False)
    return OK


def _refuse(options: argparse.Namespace, tokens: Tokens) -> None:
    """Refuse invalid options before Spark starts."""
    if not (options.source or options.add):
        raise RecipeError("give it --source, --add or both: what shall be counted?")
    if options.to in options.add:
        raise RecipeError(f"--to {options.to} is one of those to add; give another name")
    try:
        table_of(options.to)
        strange = [path for path in options.add if tokens_of(path) != tokens]
    except ValueError as error:
        raise RecipeError(str(error)) from None
    if strange:
        raise RecipeError(f"{strange[0]} was counted with {tokens_of(strange[0])}, not {tokens}")


def _tables(options: argparse.Namespace, tokens: Tokens) -> list[DataFrame]:
    spark = session()
    tables = [read(spark, path) for path in options.add]
    given = source(options)
    return tables + ([counted(given.pairs(spark), tokens)] if given else [])
