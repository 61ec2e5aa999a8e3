"""Train a network: epochs over the prepared pairs, a checkpoint after each, the result at the end.

The loss, the model and the learning-rate schedule are open_clip's.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from crawl2clip.filter_network import checkpoints, model_io
from crawl2clip.filter_network.dataset import Decoded, Reader, RowGroup, batches, groups
from crawl2clip.filter_network.distributed import Process, process_group
from crawl2clip.filter_network.model import frozen_part, through, towers, with_words_lost
from crawl2clip.filter_network.optimizer import optimizer, rates
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.filter_network.validation import held_out_auc
from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import public
from crawl2clip.score.clip.models import parameters_sha256

if TYPE_CHECKING:
    import torch

LOG = logging.getLogger(__name__)
RESULT = "filter.json"


@dataclass(frozen=True)
class TrainingTask:
    """The inputs of a training and the network's folder, on a disk that all processes share."""

    training: TrainingSettings
    train: str
    validation: str
    folder: Path
    threads: int = 0


def train(task: TrainingTask) -> None:
    """Train in this process, which is one or one of several; resumes after the last checkpoint.

    The same seed and number of processes give the same network, interrupted or not.
    """
    with process_group(task.threads) as process:
        run = TrainingProcess(task, process)
        run.start()
        for epoch in range(run.done, task.training.epochs):
            loss = run.epoch(epoch)
            if process.is_first:
                run.keep(epoch + 1, loss)
        if process.is_first:
            run.finish()


class TrainingProcess:
    """The part of a training that one process does."""

    def __init__(self, task: TrainingTask, process: Process) -> None:
        from open_clip.loss import ClipLoss

        self.task, self.process, self.training = task, process, task.training
        self.clip = model_io.create(task.folder, task.training)
        self.begun = {name: tensor.clone() for name, tensor in self.clip.state_dict().items()}
        self.spec = model_io.spec_of(self.clip)
        self.towers = towers(self.clip, task.training, self.spec)
        self.module = process.wrapped(self.towers)
        self.reader = Reader(self.spec, model_io.tokenizer(task.folder), self._made())
        self.loss = ClipLoss(
            local_loss=process.world > 1,
            gather_with_grad=process.world > 1,
            rank=process.rank,
            world_size=process.world,
        )
        self.optimizer = optimizer(self.module, task.training)
        self.done = 0
        self.losses: list[float] = []

    def _made(self) -> Callable[[torch.Tensor], torch.Tensor] | None:
        """Return the frozen tower as a function of pixels.

        None if pixels themselves are the input.
        """
        if self.training.frozen == "none":
            return None
        part = frozen_part(self.clip)
        return lambda images: through(part, images, self.spec, self.process.device)

    @cached_property
    def own(self) -> list[RowGroup]:
        """Return the row groups of this process."""
        return self._all[self.process.rank :: self.process.world]

    @cached_property
    def _all(self) -> list[RowGroup]:
        found = groups(self.task.train)
        if len(found) < self.process.world:
            raise ValueError(f"{len(found)} row groups are too few for {self.process.world}")
        return found

    @cached_property
    def steps(self) -> int:
        """Return the number of batches per epoch, the same in all processes."""
        world = self.process.world
        least = min(sum(g.rows for g in self._all[rank::world]) for rank in range(world))
        if least < self.training.batch_size:
            raise ValueError(
                f"{least} pairs for a process are less than a batch of {self.training.batch_size}"
            )
        return least // self.training.batch_size

    def start(self) -> None:
        """Load the last checkpoint, if there is one."""
        path = checkpoints.latest(self.task.folder / "checkpoints")
        if path:
            state = checkpoints.read(path)
            self.clip.load_state_dict(state["model"])
            self.optimizer.load_state_dict(state["optimizer"])
            self.losses = state["losses"]
            self.done = checkpoints.epochs_of(path)

    def epoch(self, number: int) -> float:
        """Train for one pass over the pairs, and return the mean loss."""
        import torch

        total = self.steps * self.training.epochs
        rate = rates(self.optimizer, self.training, total)
        seeds = [self.training.seed, number, self.process.rank]
        chance = torch.Generator().manual_seed(
            int(np.random.SeedSequence(seeds).generate_state(1)[0])
        )
        coming = batches(
            self.reader,
            self.own,
            self.training.batch_size,
            self.steps,
            np.random.default_rng(seeds),
        )
        self.module.train()
        losses = []
        for step, batch in enumerate(coming, number * self.steps):
            rate(step)
            losses.append(self._step(batch, chance))
        return float(torch.stack(losses).mean())

    def _step(self, batch: Decoded, chance: torch.Generator) -> torch.Tensor:
        import torch

        device = self.process.device
        tokens = with_words_lost(batch.tokens, self.training.lose_words, chance)
        self.optimizer.zero_grad()
        with torch.autocast("cuda", dtype=torch.bfloat16, enabled=device != "cpu"):
            images, texts, scale = self.module(
                batch.images.to(device, non_blocking=True), tokens.to(device), chance
            )
            loss = self.loss(images, texts, scale)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.module.parameters(), 1.0)
        self.optimizer.step()
        found: torch.Tensor = loss.detach()
        return found

    def keep(self, epochs: int, loss: float) -> None:
        """Write a checkpoint."""
        self.losses.append(loss)
        LOG.info("epoch %d of %d: loss %.4f", epochs, self.training.epochs, loss)
        state = {
            "model": self.clip.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "losses": self.losses,
        }
        checkpoints.write(self.task.folder / "checkpoints", epochs, state)

    def finish(self) -> None:
        """Write the network, and its filter.json last."""
        if self.training.keep:
            model_io.interpolate(self.begun, self.clip, self.training.keep)
        model_io.save(self.clip, self.task.folder)
        about = {
            "training": self.training.as_json(),
            "processes": self.process.world,
            "pairs": sum(group.rows for group in self._all),
            "steps": self.steps * self.training.epochs,
            "undecodable": self.reader.undecodable,
            "losses": self.losses,
            "validation_auc": held_out_auc(
                self.towers, self.reader, groups(self.task.validation), self.process.device
            ),
            "sha256": parameters_sha256(self.clip),
        }
        content = json.dumps(public(about), indent=2) + "\n"
        write_atomically(str(self.task.folder / RESULT), content)
