"""Start a training in one process, with torchrun, or with Spark's TorchDistributor."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from typing import Literal

from crawl2clip.engine.session import session
from crawl2clip.training.training_run import TrainingRun
from crawl2clip.training.worker_main import train

Launcher = Literal["local", "torchrun", "spark"]
ENTRY = "crawl2clip.training.worker_main"


@dataclass(frozen=True)
class Nodes:
    """The machines of a torchrun. rendezvous: host:port of the one at which all others register."""

    count: int = 1
    rendezvous: str = ""


def run(training: TrainingRun, launcher: Launcher, nodes: Nodes) -> None:
    """Train to the end. Raises RuntimeError if a process fails; its own log says why."""
    training.record().write(training.folder)
    if launcher == "spark":
        _by_spark(training)
        return
    done = subprocess.run(command(training, launcher, nodes), check=False)
    if done.returncode:
        raise RuntimeError(f"training ended with {done.returncode}: see {training.folder}/out.log")


def command(training: TrainingRun, launcher: Launcher, nodes: Nodes) -> list[str]:
    """Return the command line that trains: this Python, without Spark."""
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


def _by_spark(training: TrainingRun) -> None:
    """Train in a barrier job with one task per process, in a folder that all executors share."""
    from pyspark.ml.torch.distributor import TorchDistributor

    session()
    gpus = training.device != "cpu"
    TorchDistributor(training.processes, local_mode=False, use_gpu=gpus).run(
        train, training.model_config, training.arguments()
    )
