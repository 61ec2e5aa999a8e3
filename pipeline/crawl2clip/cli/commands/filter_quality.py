"""Command `filter-quality`: measure how well a network tells true pairs from mismatched ones."""

import argparse

from pyspark.errors import AnalysisException

from crawl2clip.cli.registry import Commands, code_allowed, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.session import session
from crawl2clip.filter_network.evaluation import Evaluator
from crawl2clip.recipe import RecipeError
from crawl2clip.score.score_clip import ScoreClip
from crawl2clip.spark.sql_conditions import condition


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip filter-quality models/dfn/pairs/validation --weights local-dir:models/dfn"
    sub = commands.add("filter-quality", filter_quality, example)
    sub.add_argument("table", help="Parquet with image and text: true pairs the network never saw")
    sub.add_argument("--where", default="true", metavar="SQL", help="which pairs; default: all")
    code_allowed(sub)
    sub.add_argument("--model", default="ViT-B-32", help="as score_clip's")
    sub.add_argument("--weights", required=True, help="as score_clip's; local-dir:FOLDER, say")
    sub.add_argument("--model-config", default="", metavar="JSON", help="as score_clip's")
    judge = Evaluator()
    sub.add_argument("--pairs", type=int, default=judge.most, help="looked at, at most")
    sub.add_argument("--plant", type=float, default=judge.plant, help="share made mismatched")
    sub.add_argument("--fraction", type=float, default=judge.fraction, help="that a cut would keep")


def filter_quality(options: argparse.Namespace) -> int:
    """Evaluate a network on held-out true pairs, without any labels.

    Prints the ROC AUC, the probability that a true pair scores above an image with another's text,
    and the share of mismatched pairs that a cut keeps if some are planted.
    """
    judge = Evaluator(options.pairs, options.plant, options.fraction)
    network = ScoreClip(
        model=options.model,
        weights=options.weights,
        model_config=options.model_config,
        embeddings="float32",
    )
    try:
        judge.check()
        network.check()
        pairs = session(allow_code=options.allow_code).read.parquet(options.table)
        found = judge.evaluate(pairs.where(condition(pairs, options.where)), network)
    except AnalysisException as error:
        raise RecipeError(f"{options.table}: {str(error).splitlines()[0]}") from None
    except ValueError as error:
        raise RecipeError(str(error)) from None
    out.print(f"{found.pairs:,} pairs, AUC {found.auc:.4f}", highlight=False)
    line = f"{judge.plant:.0%} mismatched: {found.left:.2%} among the best {judge.fraction:.0%}"
    out.print(line, highlight=False)
    return OK
