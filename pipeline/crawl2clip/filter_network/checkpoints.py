"""Save and load the state of a training after each epoch, atomically."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawl2clip.io.files import replacing

PATTERN = "epoch_*.pt"


def latest(folder: Path) -> Path | None:
    """Return the checkpoint with the most epochs, if there is any."""
    found = sorted(folder.glob(PATTERN), key=epochs_of)
    return found[-1] if found else None


def epochs_of(path: Path) -> int:
    """Return how many epochs had been completed when a checkpoint was written."""
    return int(path.stem.removeprefix("epoch_"))


def write(folder: Path, epochs: int, state: dict[str, Any]) -> None:
    """Write the state, and delete all earlier ones but the last, in case the new one is damaged."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(str(folder / f"epoch_{epochs}.pt")) as file:
        torch.save(state, file)
    for old in folder.glob(PATTERN):
        if epochs_of(old) < epochs - 1:
            old.unlink()


def read(path: Path) -> dict[str, Any]:
    """Load a state onto the CPU."""
    import torch

    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
