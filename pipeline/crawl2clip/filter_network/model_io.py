"""Create open_clip networks and save them as folders that open_clip loads.

Such a folder, `local-dir:FOLDER` to open_clip, holds open_clip_config.json, with architecture and
preprocessing, and open_clip_model.safetensors.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import fsspec

from crawl2clip.filter_network.settings import LOCAL, TrainingSettings
from crawl2clip.io.bounded_json import read_json
from crawl2clip.io.files import partial_file
from crawl2clip.score.clip.models import MOST_CHARACTERS, Tokenizer, no_weights_wanted
from crawl2clip.score.clip.preprocess import Spec

if TYPE_CHECKING:
    import torch

CONFIG, WEIGHTS = "open_clip_config.json", "open_clip_model.safetensors"


def model_description(training: TrainingSettings) -> dict[str, Any]:
    """Return the content of open_clip_config.json. Raises ValueError for an unknown model."""
    import open_clip

    if training.model.startswith(LOCAL):
        return _json(Path(training.model.removeprefix(LOCAL)) / CONFIG)
    if training.model.endswith(".json"):
        config = _json(Path(training.model))
        return config if "model_cfg" in config else {"model_cfg": config, "preprocess_cfg": {}}
    model = open_clip.get_model_config(training.model)
    if model is None:
        raise ValueError(f"open_clip has no model {training.model}; give a .json that describes it")
    tag = open_clip.get_pretrained_cfg(training.model, training.weights) or {}
    # Weights were trained with one activation and are wrong with the other.
    activation = {"quick_gelu": True} if tag.get("quick_gelu") else {}
    preprocess = {name: tag[name] for name in ("mean", "std", "interpolation") if name in tag}
    return {"model_cfg": model | activation, "preprocess_cfg": preprocess}


def _json(path: Path) -> dict[str, Any]:
    try:
        found = read_json(str(path))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} does not describe a model: {error}") from None
    if not isinstance(found, dict):
        raise ValueError(f"{path} does not describe a model: it holds no names with values")
    return found


def create(folder: Path, training: TrainingSettings) -> Any:
    """Create a CLIP by the `folder`'s open_clip_config.json, with its initial weights.

    Random weights depend on the seed alone. Raises ValueError if weights and model don't fit.
    """
    import open_clip
    import torch

    torch.manual_seed(training.seed)
    with no_weights_wanted():
        clip = open_clip.create_model(f"{LOCAL}{folder}", load_weights=False)
    try:
        if training.model.startswith(LOCAL):
            start = Path(training.model.removeprefix(LOCAL)) / WEIGHTS
            open_clip.load_checkpoint(clip, str(start), weights_only=True)
        elif training.weights:
            begun = open_clip.create_model(training.model, training.weights, weights_only=True)
            clip.load_state_dict(begun.state_dict())
        if training.image_weights:
            _load_image_tower(clip, training.image_weights)
    except (RuntimeError, FileNotFoundError) as error:
        raise ValueError(f"{training.model} can't begin with such weights: {error}") from None
    return clip


def _load_image_tower(clip: Any, path: str) -> None:
    """Load weights into timm's network; if their names differ, match them in order and by shape.

    This accepts the published EfficientNets of many ports, which differ only in names.
    """
    import torch

    trunk = getattr(clip.visual, "trunk", clip.visual)
    own, found = trunk.state_dict(), torch.load(path, map_location="cpu", weights_only=True)
    if own.keys() - found.keys():
        found = dict(zip(own, found.values(), strict=False))  # the classifier, last, is left over
    trunk.load_state_dict({name: found[name] for name in own if name in found})


def tokenizer(folder: Path) -> Tokenizer:
    """Return the model's tokeniser, which cuts captions as scoring does."""
    import open_clip

    tokenize = open_clip.get_tokenizer(f"{LOCAL}{folder}")
    return lambda texts: tokenize([text[:MOST_CHARACTERS] for text in texts])


def spec_of(clip: Any) -> Spec:
    """Return the preprocessing of the model's images."""
    import open_clip

    return Spec.of(open_clip.get_model_preprocess_cfg(clip))


def save(clip: Any, folder: Path) -> None:
    """Write the weights atomically, and not as a pickle, so that anybody may load them."""
    from safetensors.torch import save_file

    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in _named(clip)}
    files, target = fsspec.url_to_fs(str(folder / WEIGHTS))
    with partial_file(files, target) as partial:
        save_file(tensors, partial)
        files.mv(partial, target)


def interpolate(start: dict[str, torch.Tensor], clip: Any, keep: float) -> None:
    """Interpolate the weights: `keep` parts of the initial ones, the rest of their own."""
    for name, tensor in _named(clip):
        if tensor.is_floating_point():
            tensor.lerp_(start[name].to(tensor.device), keep)


def _named(clip: Any) -> list[tuple[str, torch.Tensor]]:
    return list(clip.state_dict().items())
