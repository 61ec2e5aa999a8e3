"""Record a training run in `train.json`, beside open_clip's own log."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

RECORD = "train.json"


@dataclass(frozen=True)
class TrainingRecord:
    """The record of a training run. model_config: '' for a model that open_clip provides.

    samples_per_epoch: the number that the model really sees between two checkpoints, as open_clip
    rounds up to whole batches for every worker.
    """

    model: str
    model_config: str
    data: str
    samples_per_epoch: int
    epochs: int
    arguments: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Write train.json into the folder, creating it if necessary."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / RECORD).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> TrainingRecord:
        """Read train.json. Raises ValueError if the folder is not that of a training run."""
        try:
            found = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ValueError(f"{folder} has no {RECORD}: it is no folder of train") from None
        return cls(**{**found, "arguments": tuple(found["arguments"])})


def last_checkpoint(folder: Path) -> tuple[Path, int]:
    """Return the checkpoint with the most epochs, and their number.

    Raises ValueError if none exists.
    """
    found = [
        (int(match[1]), path)
        for path in (folder / "checkpoints").glob("epoch_*.pt")
        if (match := re.fullmatch(r"epoch_(\d+)\.pt", path.name))
    ]
    if not found:
        raise ValueError(f"{folder} has no checkpoint yet")
    epoch, path = max(found)
    return path, epoch
