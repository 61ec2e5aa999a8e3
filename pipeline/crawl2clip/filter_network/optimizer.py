"""Create the optimizer, AdamW, and its learning-rate schedule."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from crawl2clip.filter_network.settings import TrainingSettings


def optimizer(module: Any, training: TrainingSettings) -> Any:
    """Return CLIP's AdamW: no weight decay for gains, biases and the logit scale."""
    from torch.optim import AdamW

    learned = [(n, p) for n, p in module.named_parameters() if p.requires_grad]
    plain = [p for n, p in learned if p.ndim < 2 or "bn" in n or "ln" in n]
    decayed = [p for n, p in learned if not (p.ndim < 2 or "bn" in n or "ln" in n)]
    sets: list[dict[str, Any]] = [{"params": plain, "weight_decay": 0.0}, {"params": decayed}]
    return AdamW(
        sets,
        lr=training.learning_rate,
        betas=(0.9, 0.98),
        eps=1e-6,
        weight_decay=training.weight_decay,
        fused=True,  # a small network is mostly its token embeddings: one pass over them, not ten
    )


def rates(chosen: Any, training: TrainingSettings, steps: int) -> Callable[[int], float]:
    """Return a function that sets the learning rate of a step: warm-up, then cosine decay to 0."""
    from open_clip_train.scheduler import cosine_lr  # type: ignore[import-untyped]

    warmup = min(training.warmup, steps // 10)
    course: Callable[[int], float] = cosine_lr(chosen, training.learning_rate, warmup, steps)
    return course
