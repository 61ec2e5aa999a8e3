"""What a filter network is trained with; the numbers of DFN are the defaults where a CPU can."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from crawl2clip.io.published_files import check_published

Frozen = Literal["none", "image"]
LOCAL = "local-dir:"


@dataclass(frozen=True)
class Training:
    """Settings of a training run. DFN (Fang et al. 2023), section 3.3 and appendix.

    model: a name of open_clip's; a .json as it stands in an open_clip_config.json; or local-
    dir:FOLDER, a network to go on from, as an earlier run leaves it. weights: tag or checkpoint
    to begin with, of the whole model. image_weights: of the image tower alone. frozen: a tower
    that stays as it is, but for its last projection. batch_size: of one process; the paper's
    16,384 over all. warmup: steps in which the learning rate rises, a tenth of all at most.
    crop: the least share of an image's area that is shown, 1 for always all of it. lose_words:
    the share of a caption's tokens that are left out, others each time; small sets gain by it.
    keep: how much of the network one began with stays in the result, whose weights are the mean
    of both (Wortsman et al. 2022, WiSE-FT; the paper ensembles its fine-tuned network so,
    without saying how much). seed: of weights, order and crops.
    """

    model: str = "ViT-B-32"
    weights: str = ""
    image_weights: str = ""
    frozen: Frozen = "none"
    epochs: int = 32
    batch_size: int = 256
    learning_rate: float = 5e-4
    weight_decay: float = 0.2
    warmup: int = 2_000
    crop: float = 0.9
    lose_words: float = 0.0
    keep: float = 0.0
    seed: int = 0

    def check(self) -> None:
        """Raise ValueError, saying what would be right; looks at files, not for models."""
        self._check_numbers()
        for path in (self.image_weights, self.model if self.model.endswith(".json") else ""):
            if path and not Path(path).is_file():
                raise ValueError(f"{path}: there is no such file")
        check_published(self.image_weights)
        if self.model.startswith(LOCAL) and self.weights:
            raise ValueError(f"{self.model} brings its weights along: leave out weights")
        if self.keep and not (self.weights or self.model.startswith(LOCAL)):
            raise ValueError("keep wants a network to begin with: weights, or local-dir:FOLDER")

    def _check_numbers(self) -> None:
        for name in ("epochs", "batch_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be 1 at least, not {getattr(self, name)}")
        if self.batch_size < 2:
            raise ValueError("batch_size must be 2 at least: a pair learns from the others' texts")
        if not (self.learning_rate > 0 and self.weight_decay >= 0 and self.warmup >= 0):
            raise ValueError("learning_rate must be above 0, weight_decay and warmup 0 or more")
        for name in ("crop", "lose_words", "keep"):
            if not 0 <= getattr(self, name) <= 1 or (name == "crop" and not self.crop):
                raise ValueError(f"{name} is a share: 0 to 1, not {getattr(self, name)}")

    def as_json(self) -> dict[str, Any]:
        """All settings by name."""
        return asdict(self)
