"""What runs in every process of a training: open_clip's own program, with our model known to it.

`python -m crawl2clip.training.worker_main FOLDER`: what to train is in the receipt of the folder.
Given as arguments, torchrun would take --logs of open_clip for its own --logs-specs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawl2clip.training.training_record import Receipt


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
    """open_clip names the device to DistributedDataParallel, which torch refuses for a CPU."""
    from torch.nn import parallel

    class OnAnyDevice(parallel.DistributedDataParallel):
        def __init__(self, module: Any, device_ids: Any = None, **settings: Any) -> None:
            on_cpu = next(module.parameters()).device.type == "cpu"
            super().__init__(module, device_ids=None if on_cpu else device_ids, **settings)

    parallel.DistributedDataParallel = OnAnyDevice  # type: ignore[misc,assignment]


if __name__ == "__main__":
    receipt = Receipt.read(Path(sys.argv[1]))
    train(receipt.model_config, receipt.arguments)
