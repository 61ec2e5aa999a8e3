"""From a table to a network: the pairs prepared by Spark, the processes started."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from crawl2clip.filter_network import model_io
from crawl2clip.filter_network.dataset_builder import Preparing, prepare
from crawl2clip.filter_network.settings import Training
from crawl2clip.filter_network.trainer import RESULT, Task, train
from crawl2clip.io.redaction import public

SETTINGS = "training.json"


def trained(
    spark: SparkSession, asked: Preparing, training: Training, folder: str, processes: int = 1
) -> dict[str, Any]:
    """What FOLDER/filter.json says of the network that is then in the folder.

    Runs again only what is missing: a training that was stopped goes on after its last epoch.
    One process trains here; several are tasks of a Spark job (TorchDistributor), one for each GPU,
    and the folder must be on a disk that all executors share.
    Raises ValueError if the folder holds another network.
    """
    home = Path(folder).resolve()
    home.mkdir(parents=True, exist_ok=True)
    _claim(home, {"training": training.as_json(), "processes": processes})
    pairs = prepare(spark, asked, str(home / "pairs"))
    if not (home / RESULT).exists():
        task = Task(training, str(home / "pairs/train"), str(home / "pairs/validation"), home)
        _start(task, processes)
    about: dict[str, Any] = json.loads((home / RESULT).read_text(encoding="utf-8"))
    return about | {"prepared": pairs}


def _claim(home: Path, settings: dict[str, Any]) -> None:
    """A folder is one network: going on with other settings would make one nobody can name."""
    path = home / SETTINGS
    if path.exists():
        if json.loads(path.read_text(encoding="utf-8")) != public(settings):
            raise ValueError(f"{home} holds a network with other settings; name another folder")
        return
    config = model_io.described(Training(**settings["training"]))
    (home / model_io.CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    path.write_text(json.dumps(public(settings), indent=2) + "\n", encoding="utf-8")


def _start(task: Task, processes: int) -> None:
    if processes == 1:
        train(task)
        return
    import torch
    from pyspark.ml.torch.distributor import TorchDistributor

    gpus = torch.cuda.is_available()
    TorchDistributor(processes, local_mode=False, use_gpu=gpus).run(train, task)
