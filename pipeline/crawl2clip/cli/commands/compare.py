"""Command `compare`: compare what several recipes keep of one crawl, and how well it trains."""

import argparse
from dataclasses import replace
from pathlib import Path

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK, say
from crawl2clip.compare.comparison import compare_sets, write_json
from crawl2clip.compare.contest import Contest
from crawl2clip.compare.planted_recall import read_truth
from crawl2clip.compare.render import write_html
from crawl2clip.compare.run_loading import load_runs
from crawl2clip.compare.train_and_score import Compute
from crawl2clip.engine.session import session
from crawl2clip.evaluation.evaluation_sets import EvaluationSet
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.recipe import RecipeError
from crawl2clip.shared.entry_list import read_entries

NETWORK = ("model", "weights", "batch_size", "learning_rate", "warmup", "crop", "seed")
WITH_TRAIN = ("judged", "images", "evaluate")


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip compare runs/metaclip runs/laion --raw --out compared"
    sub = commands.add("compare", compare, example)
    sub.add_argument("runs", nargs="+", metavar="RUN", help="folder that crawl2clip run has filled")
    sub.add_argument("--out", required=True, metavar="FOLDER", help="for the report and networks")
    about = "compare what the first run read, too"
    sub.add_argument("--raw", action="store_true", help=about)
    sub.add_argument("--truth", metavar="PARQUET", help="of a sample: what was planted there")
    about = "match all captions with it; default: what the recipes matched"
    sub.add_argument("--entries", default="", metavar="LIST", help=about)
    _networks(sub)


def _networks(sub: argparse.ArgumentParser) -> None:
    about = "train a small CLIP on each set with so many samples, and judge it"
    sub.add_argument("--train", type=float, metavar="SAMPLES", help=about)
    about = "true pairs to judge by: image, text, maybe url; default: clean pairs of the truth"
    sub.add_argument("--judged", default="", metavar="TABLE", help=about)
    about = "share of the truth's scenes that nobody trains on; default: 0.2"
    sub.add_argument("--held-out", type=float, default=0.2, metavar="SHARE", help=about)
    about = "url and image, for sets without images, such as raw"
    sub.add_argument("--images", default="", metavar="TABLE", help=about)
    about = "folders as those of crawl2clip evaluate"
    sub.add_argument("--evaluate", nargs="+", default=[], metavar="SET", help=about)
    for name in NETWORK:
        default = getattr(TrainingSettings(), name)
        option = f"--{name.replace('_', '-')}"
        sub.add_argument(option, type=type(default), default=default, help="as train-filter's")


def compare(options: argparse.Namespace) -> int:
    """Compare the runs of several recipes on one crawl, in a report with tables and plots.

    Shows sizes, overlaps, languages, captions, scores and entries; with a sample's truth, how much
    is left of each kind that was planted; and with --train what a small CLIP learns from each set
    with the same compute. Writes compare.html and compare.json. Existing networks are reused.
    """
    contest = _contest(options)
    spark = session()
    sets = load_runs(spark, options.runs, options.raw)
    truth = read_truth(spark, options.truth) if options.truth else None
    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        trainings = replace(contest, truth=truth).run(spark, sets, folder, say) if contest else None
        comparison = compare_sets(sets, options.entries, truth, trainings)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    write_json(comparison, folder)
    page = write_html(comparison, folder)
    out.print(f"report: {page}", soft_wrap=True, highlight=False)
    return OK


def _contest(options: argparse.Namespace) -> Contest | None:
    """Return the requested trainings, or None; refuse invalid options before Spark starts."""
    try:
        if "://" in options.out:
            raise ValueError(f"--out is a folder on a disk, not {options.out}")
        if options.entries:
            read_entries(options.entries)
        if options.train is None:
            _refuse_alone(options)
            return None
        if not (options.truth or options.judged):
            raise ValueError("--train needs true pairs to judge by: --judged TABLE, or --truth")
        training = TrainingSettings(**{name: getattr(options, name) for name in NETWORK})
        contest = Contest(
            Compute(int(options.train), training),
            judged=options.judged,
            held_out=options.held_out,
            images=options.images,
            evaluation=tuple(EvaluationSet.of(Path(folder)) for folder in options.evaluate),
        )
        contest.check()
    except ValueError as error:
        raise RecipeError(str(error)) from None
    return contest


def _refuse_alone(options: argparse.Namespace) -> None:
    """Refuse options of a training if no training was requested."""
    alone = [name for name in WITH_TRAIN if getattr(options, name)]
    if alone:
        raise ValueError(f"--{alone[0]} says something of networks: it goes with --train SAMPLES")
