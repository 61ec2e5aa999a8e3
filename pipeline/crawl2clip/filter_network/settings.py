"""Define the settings of a filter network's training.

Defaults are DFN's where a CPU can afford them.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from crawl2clip.io.published_files import check_published

Frozen = Literal["none", "image"]
LOCAL = "local-dir:"


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of a training run. DFN (Fang et al. 2023), section 3.3 and appendix.

    model: a name of open_clip's; a .json with the content of an open_clip_config.json; or
    local-dir:FOLDER, a network to fine-tune, as an earlier run leaves it. weights: tag or
    checkpoint of the initial weights of the whole model. image_weights: of the image tower alone.
    frozen: a tower that is not trained, except for its last projection. batch_size: per process;
    the paper uses 16,384 over all. warmup: steps in which the learning rate rises, a tenth of all
    at most. crop: the minimal share of an image's area that is shown; 1 always shows all of it.
    lose_words: the share of a caption's tokens that are dropped, each time at random; helps with
    small sets. keep: the weight of the initial network in the result, which averages both (Wortsman
    et al. 2022, WiSE-FT; the paper ensembles its fine-tuned network so, without giving the weight).
    seed: of weights, order and crops.
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
        """Raise ValueError, saying what would be right.

        Checks that files exist, but loads no model.
        """
        self._check_numbers()
        for path in (self.image_weights, self.model if self.model.endswith(".json") else ""):
            if path and not Path(path).is_file():
                raise ValueError(f"{path}: there is no such file")
        check_published(self.image_weights)
        if self.model.startswith(LOCAL) and self.weights:
            raise ValueError(f"{self.model} brings its weights along: leave out weights")
        if self.keep and not (self.weights or self.model.startswith(LOCAL)):
            raise ValueError("keep needs a network to begin with: weights, or local-dir:FOLDER")

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
        """Return all settings by name."""
        return asdict(self)
