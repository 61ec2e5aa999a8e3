"""Train a network from a table: prepare the pairs with Spark and start the processes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from crawl2clip.filter_network import model_io
from crawl2clip.filter_network.dataset_builder import PairSelection, prepare
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.filter_network.trainer import RESULT, TrainingTask, train
from crawl2clip.io.redaction import public

SETTINGS = "training.json"


def train_network(
    spark: SparkSession,
    asked: PairSelection,
    training: TrainingSettings,
    folder: str,
    processes: int = 1,
) -> dict[str, Any]:
    """Train a network in a folder, and return the content of its filter.json.

    Repeats only what is missing: a stopped training resumes after its last epoch. One process
    trains here; several are tasks of a Spark job (TorchDistributor), one per GPU, and the folder
    must be on a disk that all executors share. Raises ValueError if the folder holds another
    network.
    """
    home = Path(folder).resolve()
    home.mkdir(parents=True, exist_ok=True)
    _claim(home, {"training": training.as_json(), "processes": processes})
    pairs = prepare(spark, asked, str(home / "pairs"))
    if not (home / RESULT).exists():
        task = TrainingTask(
            training, str(home / "pairs/train"), str(home / "pairs/validation"), home
        )
        _start(task, processes)
    about: dict[str, Any] = json.loads((home / RESULT).read_text(encoding="utf-8"))
    return about | {"prepared": pairs}


def _claim(home: Path, settings: dict[str, Any]) -> None:
    """Record the settings in the folder, which holds a single network.

    Refuse to resume with others.
    """
    path = home / SETTINGS
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != public(settings):
            raise ValueError(f"{home} holds a network with other settings; name another folder")
        return
    config = model_io.model_description(TrainingSettings(**settings["training"]))
    (home / model_io.CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    path.write_text(json.dumps(public(settings), indent=2) + "\n", encoding="utf-8")


def _start(task: TrainingTask, processes: int) -> None:
    if processes == 1:
        train(task)
        return
    import torch
    from pyspark.ml.torch.distributor import TorchDistributor

    gpus = torch.cuda.is_available()
    TorchDistributor(processes, local_mode=False, use_gpu=gpus).run(train, task)
