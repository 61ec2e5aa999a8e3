"""Command `poison`: measure how unfiltered training pairs spoil a filter network."""

import argparse

from rich.table import Table

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.session import session
from crawl2clip.filter_network.evaluation import Evaluator
from crawl2clip.filter_network.poison import Poison
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.recipe import RecipeError


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip poison --good good --pool crawl --judged true --pairs 3000 --to poison"
    sub = commands.add("poison", poison, example)
    sub.add_argument("--good", required=True, metavar="TABLE", help="good pairs: image and text")
    sub.add_argument("--pool", required=True, metavar="TABLE", help="unfiltered pairs")
    sub.add_argument("--judged", required=True, metavar="TABLE", help="true pairs, in neither")
    sub.add_argument("--crawl", default="", metavar="TABLE", help="to filter: has is_true, too")
    sub.add_argument("--pairs", type=int, required=True, help="of each training set")
    sub.add_argument("--to", required=True, metavar="FOLDER", help="for networks and poison.json")
    shares = Poison.shares
    sub.add_argument("--shares", type=float, nargs="+", default=shares, help="of pool in the set")
    for name in ("model", "weights", "epochs", "batch_size", "learning_rate", "crop", "seed"):
        default = getattr(TrainingSettings(), name)
        sub.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default)
    judge = Evaluator()
    sub.add_argument("--plant", type=float, default=judge.plant, help="mismatched among judged")
    sub.add_argument("--fraction", type=float, default=judge.fraction, help="that the cut keeps")


def poison(options: argparse.Namespace) -> int:
    """Train a network on each mixture of good and unfiltered pairs, and evaluate them all.

    Prints a table of two curves: the network's own AUC, and the share of false pairs in what it
    keeps. notebooks/poison.ipynb plots them.
    """
    names = ("model", "weights", "epochs", "batch_size", "learning_rate", "crop", "seed")
    asked = Poison(
        options.good,
        options.pool,
        options.judged,
        options.pairs,
        options.crawl,
        tuple(options.shares),
        TrainingSettings(**{name: getattr(options, name) for name in names}),
        Evaluator(plant=options.plant, fraction=options.fraction),
    )
    try:
        asked.check()
        points = asked.run(session(), options.to)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    shown = Table("unfiltered", "AUC", f"false in the best {options.fraction:.0%}")
    for point in points:
        shown.add_row(f"{point['share']:.0%}", f"{point['auc']:.4f}", f"{point['left']:.2%}")
    out.print(shown)
    return OK
