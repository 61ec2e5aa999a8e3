"""Command `evaluate`: evaluate a model zero-shot."""

import argparse
from dataclasses import dataclass
from pathlib import Path

from crawl2clip.cli.registry import Commands, out
from crawl2clip.cli.spark_submit import OK
from crawl2clip.evaluation import zero_shot
from crawl2clip.evaluation.evaluation_sets import EvaluationSet
from crawl2clip.recipe import RecipeError
from crawl2clip.scaling import results_table
from crawl2clip.score.clip.models import LoadedModel, ModelChoice, check_choice, load
from crawl2clip.training.gmacs import gmacs
from crawl2clip.training.training_record import TrainingRecord, last_checkpoint


@dataclass(frozen=True)
class Trained:
    """A model and what is known of its training; samples and data only go into the table."""

    choice: ModelChoice
    samples_seen: float | None
    data: str | None

    def row(self) -> dict[str, results_table.Value]:
        """Return the model's part of a row of the results table."""
        known = not self.choice.weights.startswith(("hf-hub:", "local-dir:"))
        cost = gmacs(self.choice.model, self.choice.config) if known else None
        return {
            "arch": self.choice.model or str(self.choice),
            "samples_seen": self.samples_seen,
            "gmacs": cost,
            "gmacs_total": cost * self.samples_seen if cost and self.samples_seen else None,
            "upstream_dataset": self.data,
            "name": str(self.choice),
        }


def add(commands: Commands) -> None:
    """Register the command."""
    example = "crawl2clip evaluate imagenet-val coco-karpathy --run models/1 --to results.jsonl"
    sub = commands.add("evaluate", evaluate, example)
    sub.add_argument("sets", nargs="+", metavar="SET", help="folders; what they hold: see README")
    sub.add_argument("--to", required=True, metavar="JSONL", help="table that gets a line a set")
    sub.add_argument("--run", metavar="FOLDER", help="of train: its last checkpoint is evaluated")
    sub.add_argument("--model", default="", help="without --run: name of the architecture")
    sub.add_argument("--weights", default="", help="a name open_clip knows, or a checkpoint")
    sub.add_argument("--model-config", default="", metavar="JSON", help="describes the model")
    sub.add_argument("--samples-seen", type=float, help="in training, with repetitions")
    sub.add_argument("--data", help="what it was trained on, for the table")
    sub.add_argument("--templates", metavar="FILE", help="prompts, one a line, {c} for the class")
    sub.add_argument("--batch-size", type=int, default=zero_shot.BATCH)
    sub.add_argument("--device", default="", help="cpu, cuda:1, ...; default: a GPU if there is")


def evaluate(options: argparse.Namespace) -> int:
    """Evaluate a model zero-shot on sets for classification and retrieval, and append to a table.

    A set with class names is classified: acc1, acc5, mean per-class recall, with the prompt
    templates of the set or, without any, OpenAI's 80. A set with captions is retrieved: recall at
    1, 5 and 10 of images by texts and of texts by images. fit-scaling-law reads the table.
    """
    try:
        sets = [EvaluationSet.of(Path(folder)) for folder in options.sets]
        templates = _templates(options.templates)
        trained = _trained(options)
        model = load(trained.choice, options.device or _device())
        about = {**trained.row(), "sha256": model.sha256}
        for each in sets:
            _one(each, model, about, templates, options)
    except ValueError as error:
        raise RecipeError(str(error)) from None
    return OK


def _one(
    each: EvaluationSet,
    model: LoadedModel,
    about: dict[str, results_table.Value],
    templates: list[str],
    options: argparse.Namespace,
) -> None:
    scores = zero_shot.evaluate_set(model, each, templates, options.batch_size)
    row = {**about, "downstream_dataset": each.name, "task": each.task, **scores}
    results_table.append(Path(options.to), row)
    shown = [f"{k} {v:.2%}" for k, v in scores.items() if isinstance(v, float)]
    out.print(f"{each.name}: {', '.join(shown)}", soft_wrap=True, highlight=False)


def _trained(options: argparse.Namespace) -> Trained:
    """Return the model to evaluate. Raises ValueError if the options do not name one."""
    if options.run:
        if options.model or options.weights or options.model_config:
            raise ValueError("--run says which model it is; leave --model and --weights out")
        run = TrainingRecord.read(Path(options.run))
        weights, epochs = last_checkpoint(Path(options.run))
        choice = ModelChoice(run.model, str(weights), run.model_config)
        return Trained(choice, run.samples_per_epoch * epochs, options.data or run.data)
    choice = ModelChoice(options.model, options.weights, options.model_config)
    check_choice(choice)
    return Trained(choice, options.samples_seen, options.data)


def _templates(path: str | None) -> list[str]:
    if path is None:
        return []
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise ValueError(f"{path}: there is no such file") from None
    found = [line.strip() for line in lines if line.strip()]
    for template in found:
        zero_shot.prompt(template, "")
    return found


def _device() -> str:
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"
