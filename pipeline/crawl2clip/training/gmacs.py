"""Count the multiply-accumulates of a forward pass of one image and one text."""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from crawl2clip.score.clip.models import no_weights_wanted


@lru_cache(maxsize=32)
def gmacs(arch: str, config: str = "") -> float:
    """Return the GMACs of one image and one text for an architecture that open_clip knows.

    config: a .json file of open_clip's format that defines it. Nothing is computed and no weights
    are allocated: tensors have shapes only. Agrees with the table of the scaling-law paper within 1
    %. Raises ValueError if open_clip does not know the architecture.
    """
    import open_clip
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    if config:
        open_clip.add_model_config(config)
    check_architecture(arch)
    with torch.device("meta"), no_weights_wanted():
        model = open_clip.create_model(arch, device="meta", load_weights=False)
        image, text = _sample(model)
        with FlopCounterMode(display=False) as counter, torch.inference_mode():
            model(image, text)
    return float(counter.get_total_flops()) / 2e9


def check_architecture(arch: str) -> None:
    """Raise ValueError if open_clip does not know the architecture."""
    import open_clip

    known = open_clip.list_models()
    if arch not in known:
        close = get_close_matches(arch, known, 3)
        hint = f"; did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f"open_clip knows no model {arch!r}{hint}")


def _sample(model: Any) -> tuple[Any, Any]:
    import open_clip
    import torch

    size = open_clip.get_model_preprocess_cfg(model)["size"]
    height, width = (size, size) if isinstance(size, int) else size
    context = getattr(model, "context_length", None) or model.text.context_length
    return torch.zeros(1, 3, height, width), torch.zeros(1, context, dtype=torch.long)
