"""Commands `train-filter` and `draw-pairs`: train a filter network, and draw pairs for it."""

import argparse
import typing
from pathlib import Path

from crawl2clip.cli.registry import Commands, code_allowed, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.engine.session import session
from crawl2clip.filter_network.dataset_builder import PairSelection
from crawl2clip.filter_network.launch import train_network
from crawl2clip.filter_network.settings import Frozen, TrainingSettings
from crawl2clip.filter_network.synthetic_pairs import SyntheticPairs
from crawl2clip.recipe import RecipeError

NUMBERS = {
    "epochs": "passes over the pairs, a checkpoint after each",
    "batch_size": "pairs of one process",
    "learning_rate": "at its highest",
    "weight_decay": "of matrices",
    "warmup": "steps in which the learning rate rises; a tenth of all at most",
    "crop": "least share of an image's area that is shown",
    "lose_words": "share of a caption's tokens left out by chance",
    "keep": "share of the network one began with in the result (weight-space ensemble)",
    "seed": "of weights, order and crops",
}


def add(commands: Commands) -> None:
    """Register the commands."""
    example = "crawl2clip train-filter good/pairs --where \"lang = 'en'\" --to models/dfn"
    sub = commands.add("train-filter", train_filter, example)
    sub.add_argument("table", help="Parquet with image and text: good pairs, the better the fewer")
    sub.add_argument("--to", required=True, metavar="FOLDER", help="for the network")
    sub.add_argument("--where", default="true", metavar="SQL", help="which pairs; default: all")
    code_allowed(sub)
    sub.add_argument("--held-out", type=float, default=0.05, help="share of images; default: 0.05")
    sub.add_argument("--processes", type=int, default=1, help="tasks of Spark, one for each GPU")
    sub.add_argument("--model", default="ViT-B-32", help="name, .json, or local-dir:FOLDER")
    sub.add_argument("--weights", default="", help="to begin with: tag or checkpoint")
    sub.add_argument("--image-weights", default="", help="to begin with, of the image tower alone")
    sub.add_argument("--frozen", choices=typing.get_args(Frozen), default="none")
    for name, about in NUMBERS.items():
        default = getattr(TrainingSettings(), name)
        option = f"--{name.replace('_', '-')}"
        sub.add_argument(option, type=type(default), default=default, help=f"{about}; {default}")
    _add_drawing(commands.add("draw-pairs", draw_pairs, "crawl2clip draw-pairs --to build/good"))


def _add_drawing(sub: argparse.ArgumentParser) -> None:
    drawings = SyntheticPairs()
    sub.add_argument("--to", required=True, metavar="FOLDER", help="of the table")
    sub.add_argument("--pairs", type=int, default=drawings.pairs)
    sub.add_argument("--mismatched", type=float, default=drawings.mismatched, help="share of them")
    sub.add_argument(
        "--standing", type=float, default=drawings.standing, help="with a site's words"
    )
    sub.add_argument("--lang", default=drawings.lang, help="of the captions")
    sub.add_argument("--seed", type=int, default=drawings.seed)


def train_filter(options: argparse.Namespace) -> int:
    """Train a data filtering network, a CLIP, on a table of good pairs.

    The folder is then a model for score_clip: {weights: "local-dir:FOLDER", to: dfn_score}. To
    fine-tune it on another table give --model local-dir:FOLDER and another --to. Run again with the
    same settings, it resumes where it was stopped.
    """
    names = ("model", "weights", "image_weights", "frozen", *NUMBERS)
    training = TrainingSettings(**{name: getattr(options, name) for name in names})
    asked = PairSelection(options.table, options.where, options.held_out, options.seed)
    try:
        training.check()
        asked.check()
        if options.processes < 1:
            raise ValueError(f"processes must be 1 at least, not {options.processes}")
        spark = session(allow_code=options.allow_code)
        about = train_network(spark, asked, training, options.to, options.processes)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    judged = about["validation_auc"]
    told = "none held out" if judged is None else f"AUC on held-out pairs {judged:.3f}"
    line = (
        f"{about['pairs']:,} pairs, {about['steps']:,} steps, {told}: local-dir:{Path(options.to)}"
    )
    out.print(line, soft_wrap=True, highlight=False)
    return OK


def draw_pairs(options: argparse.Namespace) -> int:
    """Draw images like the sample's, with true captions: good pairs to try train-filter on.

    The table has the columns image, text and is_true.
    """
    drawings = SyntheticPairs(
        options.pairs, options.mismatched, options.standing, options.lang, options.seed
    )
    try:
        drawings.check()
    except ValueError as error:
        raise RecipeError(str(error)) from None
    drawings.write(options.to)
    out.print(f"{options.pairs:,} pairs: {options.to}", soft_wrap=True, highlight=False)
    return OK
