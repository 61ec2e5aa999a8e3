"""Commands on DataComp's subset files."""

import argparse

from pyspark.errors import AnalysisException

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.session import session
from crawl2clip.filter.spark.subset_writer import write_intersection, write_subset
from crawl2clip.recipe import RecipeError

EXAMPLE = "crawl2clip subset write runs/1/filter basic.npy"


def add(commands: Commands) -> None:
    """Register the command."""
    sub = commands.add("subset", subset, EXAMPLE)
    sub.add_argument("what", choices=["write", "intersect"], help="of a table, or of two files")
    sub.add_argument(
        "paths",
        nargs="+",
        metavar="PATH",
        help="write TABLE OUT, or intersect FILE FILE OUT; a job's table is <run>/<job>",
    )


def subset(options: argparse.Namespace) -> int:
    """Write the uids of a table, or those that two files share, as a DataComp subset file.

    DataComp's resharder reads such a file, and so does the step keep_subset.
    """
    wanted = {"write": 2, "intersect": 3}[options.what]
    if len(options.paths) != wanted:
        raise RecipeError(f"subset {options.what} needs {wanted} paths; {EXAMPLE}, say")
    try:
        count = _made(options.what, options.paths)
    except AnalysisException as error:
        raise RecipeError(f"{options.paths[0]}: {str(error).splitlines()[0]}") from None
    except ValueError as error:
        raise RecipeError(str(error)) from None
    out.print(f"{options.paths[-1]}: {count:,} uids", soft_wrap=True, highlight=False)
    return OK


def _made(what: str, paths: list[str]) -> int:
    spark = session()
    if what == "write":
        return write_subset(spark.read.parquet(paths[0]), paths[1])
    return write_intersection(spark, *paths)
