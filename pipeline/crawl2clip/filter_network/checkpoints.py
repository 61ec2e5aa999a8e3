"""Where a training stands, after each epoch; whole or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from crawl2clip.io.files import replacing

PATTERN = "epoch_*.pt"


def latest(folder: Path) -> Path | None:
    """The checkpoint of the most epochs."""
    found = sorted(folder.glob(PATTERN), key=epochs_of)
    return found[-1] if found else None


def epochs_of(path: Path) -> int:
    """How many epochs were done when it was written."""
    return int(path.stem.removeprefix("epoch_"))


def write(folder: Path, epochs: int, state: dict[str, Any]) -> None:
    """Keep the state, and of those before only the last: one may be found broken."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    with replacing(str(folder / f"epoch_{epochs}.pt")) as file:
        torch.save(state, file)
    for old in folder.glob(PATTERN):
        if epochs_of(old) < epochs - 1:
            old.unlink()


def read(path: Path) -> dict[str, Any]:
    """The state, on the CPU."""
    import torch

    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state
