"""Command `train`: train a model on shards."""

import argparse
import shlex
import typing
from pathlib import Path

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.recipe import RecipeError
from crawl2clip.training.launch import Launcher, Nodes, run
from crawl2clip.training.shards import Shards
from crawl2clip.training.training_record import RECORD, TrainingRecord
from crawl2clip.training.training_run import TrainingRun


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip train runs/1/shards --to models/1 --open-clip='--lr 1e-3'"
    sub = commands.add("train", train, example)
    sub.add_argument("shards", help="folder of tars and sizes.json, as write_shards leaves it")
    _what(sub)
    _where(sub)


def _what(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--to", required=True, metavar="FOLDER", help="for log and checkpoints")
    sub.add_argument("--model", default="ViT-B-32", help="name of an architecture of open_clip's")
    sub.add_argument("--model-config", default="", metavar="JSON", help="describes one of yours")
    sub.add_argument("--batch-size", type=int, default=64, help="of one process")
    sub.add_argument("--epochs", type=int, default=32, help="passes, a checkpoint after each")
    about = "so many in all, shards drawn at random; --epochs is then the number of checkpoints"
    sub.add_argument("--samples-seen", type=float, help=about)
    sub.add_argument("--open-clip", default="", metavar="OPTIONS", help="of open_clip, in quotes")


def _where(sub: argparse.ArgumentParser) -> None:
    sub.add_argument("--launcher", choices=typing.get_args(Launcher), default="local")
    sub.add_argument("--processes", type=int, default=1, help="of one node; with spark: of all")
    sub.add_argument("--nodes", type=int, default=1, help="torchrun: start this on each of them")
    sub.add_argument("--rendezvous", default="", metavar="HOST:PORT", help="torchrun: of one node")
    sub.add_argument("--workers", type=int, default=4, help="loaders of a process, at most")
    sub.add_argument("--device", default="", help="cpu or cuda; default: cuda if there is")


def train(options: argparse.Namespace) -> int:
    """Train a CLIP model on shards with open_clip, on one machine or many.

    The samples of an epoch and the number of loaders are derived from sizes.json. Options of
    open_clip are passed on, such as --open-clip='--lr 1e-3 --precision amp_bf16 --report-to
    tensorboard'. Run again with the same settings, it resumes after the last checkpoint. evaluate
    --run takes the folder.
    """
    try:
        training = _training(options)
        _refuse(training, options)
        training.check()
        _refuse_other(training)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    run(training, options.launcher, Nodes(options.nodes, options.rendezvous))
    line = f"{training.samples * training.epochs:,} samples seen: {training.folder}"
    out.print(line, soft_wrap=True, highlight=False)
    return OK


def _training(options: argparse.Namespace) -> TrainingRun:
    return TrainingRun(
        shards=Shards.of(options.shards),
        folder=Path(options.to),
        model=options.model,
        model_config=options.model_config,
        batch_size=options.batch_size,
        processes=options.processes * options.nodes,
        workers=options.workers,
        epochs=options.epochs,
        samples_seen=options.samples_seen,
        device=options.device or _device(),
        options=tuple(shlex.split(options.open_clip)),
    )


def _refuse(training: TrainingRun, options: argparse.Namespace) -> None:
    if options.launcher == "local" and training.processes > 1:
        raise ValueError(f"{training.processes} processes want --launcher torchrun or spark")
    if options.nodes > 1 and (options.launcher != "torchrun" or not options.rendezvous):
        raise ValueError("several --nodes want --launcher torchrun and --rendezvous HOST:PORT")


def _refuse_other(training: TrainingRun) -> None:
    """Refuse to resume with other settings, as a folder holds a single run."""
    if (training.folder / RECORD).exists():
        before, now = TrainingRecord.read(training.folder), training.record()
        if before != now:
            raise ValueError(f"{training.folder} is a run with other settings; name another --to")


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"
