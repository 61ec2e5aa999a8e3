"""Validate a network during its training, on held-out pairs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from crawl2clip.filter_network.dataset import Reader, RowGroup
from crawl2clip.filter_network.quality import auc

MOST = 2_000  # pairs; each is compared with all others
AT_ONCE = 64


def held_out_auc(
    towers: Any, reader: Reader, held_out: Sequence[RowGroup], device: str
) -> float | None:
    """Return the AUC of the first 2,000 pairs against all mismatched ones.

    None for fewer than two.
    """
    import torch

    towers.eval()
    found: list[tuple[Any, Any]] = []
    for decoded in reader.read(held_out):
        for start in range(0, len(decoded.tokens), AT_ONCE):
            part = decoded.take(slice(start, start + AT_ONCE))
            with torch.inference_mode():
                images, texts, _ = towers(*(tensor.to(device) for tensor in part))
            found.append((images.cpu().numpy(), texts.cpu().numpy()))
        if sum(len(images) for images, _ in found) >= MOST:
            break
    if not found:
        return None
    images, texts = (np.concatenate(parts)[:MOST] for parts in zip(*found, strict=True))
    return auc(images @ texts.T) if len(images) > 1 else None
