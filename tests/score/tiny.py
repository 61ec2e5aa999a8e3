"""Small CLIP models of random weights, written where open_clip reads configs and checkpoints."""

import json
from pathlib import Path
from typing import Any, NamedTuple

import open_clip
import torch

from crawl2clip.score.clip.models import ModelChoice

VISION = {"layers": 2, "width": 64, "head_width": 32, "patch_size": 8, "image_size": 32}
TEXT = {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2}

# Two architectures: another image size, context length and class of the text tower.
CONFIGS: dict[str, dict[str, Any]] = {
    "tiny-a": {"embed_dim": 24, "vision_cfg": VISION, "text_cfg": TEXT},
    "tiny-b": {
        "embed_dim": 16,
        "quick_gelu": True,
        "custom_text": True,
        "vision_cfg": {**VISION, "image_size": 48, "patch_size": 16},
        "text_cfg": {**TEXT, "context_length": 20},
    },
}


class Tiny(NamedTuple):
    """A model's files."""

    name: str
    config: str
    weights: str

    @property
    def choice(self) -> ModelChoice:
        return ModelChoice(self.name, self.weights, self.config)


def tiny(folder: Path, name: str, seed: int = 0) -> Tiny:
    """Writes NAME.json and a checkpoint; the same seed makes the same weights."""
    config, weights = folder / f"{name}.json", folder / f"{name}-{seed}.pt"
    config.write_text(json.dumps(CONFIGS[name]))
    open_clip.add_model_config(config)
    torch.manual_seed(seed)
    torch.save(open_clip.create_model(name).state_dict(), weights)
    return Tiny(name, str(config), str(weights))


def local_dir(folder: Path, name: str, **preprocess: Any) -> str:
    """The same as a folder with open_clip_config.json, which may say how images are prepared."""
    files = tiny(folder, name)
    home = folder / f"{name}-home"
    home.mkdir()
    described = {"model_cfg": CONFIGS[name], "preprocess_cfg": preprocess}
    (home / "open_clip_config.json").write_text(json.dumps(described))
    Path(files.weights).rename(home / "open_clip_model.pth")
    return f"local-dir:{home}"
