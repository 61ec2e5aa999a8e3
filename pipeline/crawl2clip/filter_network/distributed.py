"""Join the processes of a distributed training."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Process:
    """This process of a training. rank: 0 to world - 1. device: torch's name of it."""

    rank: int = 0
    world: int = 1
    device: str = "cpu"

    @property
    def is_first(self) -> bool:
        """Return whether this process writes the results."""
        return self.rank == 0

    def wrapped(self, module: Any) -> Any:
        """Return the module on the device, with gradients shared by all processes."""
        from torch.nn.parallel import DistributedDataParallel

        module = module.to(self.device)
        return DistributedDataParallel(module) if self.world > 1 else module


@contextmanager
def process_group(threads: int = 0) -> Iterator[Process]:
    """Join the processes that torchrun or TorchDistributor started; a single one without them."""
    import torch
    from torch import distributed

    if threads:
        torch.set_num_threads(threads)
    rank, world = (int(os.environ.get(name, one)) for name, one in _NAMES.items())
    device = "cpu"
    if torch.cuda.is_available():
        device = f"cuda:{int(os.environ.get('LOCAL_RANK', 0))}"
        torch.cuda.set_device(device)
    if world > 1:
        distributed.init_process_group("nccl" if device != "cpu" else "gloo")
    try:
        yield Process(rank, world, device)
    finally:
        if world > 1:
            distributed.destroy_process_group()


_NAMES = {"RANK": "0", "WORLD_SIZE": "1"}
