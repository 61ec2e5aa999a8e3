"""Run open_clip's training program in one process, after registering our model.

`python -m crawl2clip.training.worker_main FOLDER` reads the arguments from the record in the
folder. Given on the command line, torchrun would take open_clip's --logs for its own --logs-specs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawl2clip.training.training_record import TrainingRecord


def train(model_config: str, arguments: Sequence[str]) -> None:
    """Train with open_clip's arguments. Raises RuntimeError if it gives up."""
    import open_clip
    from open_clip_train.main import main  # type: ignore[import-untyped]

    if model_config:
        open_clip.add_model_config(model_config)
    _let_cpus_take_part()
    if main(list(arguments)):  # it says why in its log, and would exit with 0
        raise RuntimeError(f"open_clip stopped; see its log; it was given {' '.join(arguments)}")


def _let_cpus_take_part() -> None:
    """Let DistributedDataParallel train on CPUs.

    open_clip passes it the name of the device, which torch refuses for a CPU.
    """
    from torch.nn import parallel

    class OnAnyDevice(parallel.DistributedDataParallel):
        def __init__(self, module: Any, device_ids: Any = None, **settings: Any) -> None:
            on_cpu = next(module.parameters()).device.type == "cpu"
            super().__init__(module, device_ids=None if on_cpu else device_ids, **settings)

    parallel.DistributedDataParallel = OnAnyDevice  # type: ignore[misc,assignment]


if __name__ == "__main__":
    record = TrainingRecord.read(Path(sys.argv[1]))
    train(record.model_config, record.arguments)
