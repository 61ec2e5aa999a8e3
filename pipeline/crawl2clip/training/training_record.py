"""What a training run was: `train.json`, which lies beside open_clip's own log."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

RECEIPT = "train.json"


@dataclass(frozen=True)
class Receipt:
    """A run of training. model_config: '' for a model that open_clip brings itself.

    samples_per_epoch: what the model really sees from one checkpoint to the next: open_clip rounds
    up to whole batches for every worker.
    """

    model: str
    model_config: str
    data: str
    samples_per_epoch: int
    epochs: int
    arguments: tuple[str, ...] = ()

    def write(self, folder: Path) -> None:
        """Into that folder, which is made."""
        folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / RECEIPT).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> Receipt:
        """Raises ValueError if that is no folder of a run."""
        try:
            found = json.loads((folder / RECEIPT).read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise ValueError(f"{folder} has no {RECEIPT}: it is no folder of train") from None
        return cls(**{**found, "arguments": tuple(found["arguments"])})


def last_checkpoint(folder: Path) -> tuple[Path, int]:
    """The checkpoint of most epochs in a run's folder, and that number. Raises ValueError."""
    found = [
        (int(match[1]), path)
        for path in (folder / "checkpoints").glob("epoch_*.pt")
        if (match := re.fullmatch(r"epoch_(\d+)\.pt", path.name))
    ]
    if not found:
        raise ValueError(f"{folder} has no checkpoint yet")
    epoch, path = max(found)
    return path, epoch
