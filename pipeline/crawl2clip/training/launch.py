"""Three ways to start a training: in one process, by torchrun, by Spark's TorchDistributor."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

from crawl2clip.engine.session import session
from crawl2clip.training.training_run import Training
from crawl2clip.training.worker_main import train

Launcher = Literal["local", "torchrun", "spark"]
ENTRY = "crawl2clip.training.worker_main"


@dataclass(frozen=True)
class Nodes:
    """Machines of a torchrun. rendezvous: host:port of one of them, where all others ask."""

    count: int = 1
    rendezvous: str = ""


def run(training: Training, launcher: Launcher, nodes: Nodes) -> None:
    """Train to the end. Raises RuntimeError if a process fails; its own log says why."""
    training.receipt().write(training.folder)
    if launcher == "spark":
        _by_spark(training)
        return
    done = subprocess.run(command(training, launcher, nodes), check=False)
    if done.returncode:
        raise RuntimeError(f"training ended with {done.returncode}: see {training.folder}/out.log")


def command(training: Training, launcher: Launcher, nodes: Nodes) -> list[str]:
    """The program that trains: this Python, without Spark."""
    what = [ENTRY, str(training.folder)]
    if launcher == "local":
        return [sys.executable, "-m", *what]
    meeting = ["--standalone"]
    if nodes.count > 1:
        meeting = [
            *("--nnodes", str(nodes.count), "--rdzv-backend", "c10d"),
            *("--rdzv-endpoint", nodes.rendezvous, "--rdzv-id", training.folder.name),
        ]
    each = str(training.processes // nodes.count)
    torchrun = ["-m", "torch.distributed.run", *meeting, "--nproc-per-node", each]
    return [sys.executable, *torchrun, "-m", *what]


def _by_spark(training: Training) -> None:
    """A barrier job of one task a process; the folder must be one that all executors share."""
    from pyspark.ml.torch.distributor import TorchDistributor

    session()
    gpus = training.device != "cpu"
    TorchDistributor(training.processes, local_mode=False, use_gpu=gpus).run(
        train, training.model_config, training.arguments()
    )
