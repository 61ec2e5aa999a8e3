"""Load CLIP models from open_clip: architecture, weights, tokeniser and preprocessing together.

open_clip is imported where models are loaded: on executors.
"""

from __future__ import annotations

import hashlib
import logging
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePath
from threading import Lock
from typing import TYPE_CHECKING, Any

from crawl2clip.io.redaction import without_secrets
from crawl2clip.score.clip.preprocess import Spec

if TYPE_CHECKING:
    import torch

Tokenizer = Callable[[list[str]], "torch.Tensor"]

# A model sees 77 tokens. BPE takes quadratic time for a "word" of a megabyte, which the web has.
MOST_CHARACTERS = 4_000

# The tokeniser caches every word, and the number of words in a crawl is unbounded.
MOST_WORDS = 1_000_000

_HEX = re.compile("[0-9a-fA-F]{16,64}")

_WHOLE = ("hf-hub:", "local-dir:")  # weights that bring architecture and preprocessing along


@dataclass(frozen=True)
class ModelChoice:
    """The choice of a model. ScoreClip documents the names.

    sha256: hex digits that the hash of its parameters must start with; '' accepts any.
    """

    model: str
    weights: str
    config: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        """Return a name without the folders of this machine and without signatures of URLs."""
        if self.weights.startswith("hf-hub:"):
            return self.weights
        weights = PurePath(without_secrets(self.weights)).name
        return weights if self.weights.startswith(_WHOLE) else f"{self.model}/{weights}"


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A model ready to be called, on `device`, in eval mode.

    sha256: hex digest of all parameters by name; equal weights give the same on any device.
    """

    clip: Any
    tokenize: Tokenizer
    spec: Spec
    device: str
    sha256: str


def check_choice(choice: ModelChoice) -> None:
    """Raise ValueError if the choice is invalid; looks at names and files, but loads no model."""
    if not choice.weights:
        raise ValueError("weights needs a name that open_clip knows, a checkpoint, or hf-hub:...")
    if choice.sha256 and not _HEX.fullmatch(choice.sha256):
        raise ValueError(
            f"weights_sha256 needs 16 to 64 hex digits, as clip_score_model ends with, "
            f"not {choice.sha256!r}"
        )
    if choice.config and Path(choice.config).suffix != ".json":
        raise ValueError(f"model_config is an open_clip .json file, not {choice.config}")
    if choice.config and Path(choice.config).stem != choice.model:
        raise ValueError(
            f"open_clip calls a model as its file: model must be {Path(choice.config).stem!r} "
            f"for {choice.config}, not {choice.model!r}"
        )


def load(choice: ModelChoice, device: str = "cpu") -> LoadedModel:
    """Return the model in float32 on the device, loaded once per process.

    Raises ValueError if open_clip does not know it, if model and weights do not belong together, or
    if the hash of its parameters is not the chosen one.
    """
    return _loaded(choice, device)


@lru_cache(maxsize=8)
def _loaded(choice: ModelChoice, device: str) -> LoadedModel:
    import open_clip

    if choice.config:
        open_clip.add_model_config(choice.config)
    whole = choice.weights.startswith(_WHOLE)
    name = choice.weights if whole else choice.model
    clip = _created(name, None if whole else choice.weights)
    spec = Spec.of(open_clip.get_model_preprocess_cfg(clip))
    sha256 = parameters_sha256(clip)
    if not sha256.startswith(choice.sha256.lower()):
        raise ValueError(
            f"{choice} is not the model that was asked for: the SHA-256 of its parameters is "
            f"{sha256}, and weights_sha256 is {choice.sha256}"
        )
    clip.eval().requires_grad_(False)
    return LoadedModel(clip.to(device), _tokenizer(name), spec, device, sha256)


@contextmanager
def no_weights_wanted() -> Iterator[None]:
    """Silence open_clip's warning, inside the block, of models without weights."""
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _created(name: str, weights: str | None) -> Any:
    import open_clip

    # Weights were trained with one activation, and open_clip only warns if the model has another.
    tag = (open_clip.get_pretrained_cfg(name, weights) if weights else None) or {}
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message="QuickGELU mismatch")
        try:
            return open_clip.create_model(
                name,
                weights,
                force_quick_gelu=bool(tag.get("quick_gelu")),
                require_pretrained=True,
                weights_only=True,  # no pickles
            )
        except (RuntimeError, UserWarning) as error:
            raise ValueError(f"open_clip can't load {name} with {weights}: {error}") from error


def _tokenizer(name: str) -> Tokenizer:
    import open_clip

    tokenizer = open_clip.get_tokenizer(name)
    cache = getattr(tokenizer, "cache", {})
    clean = getattr(tokenizer, "clean_fn", None)
    if (
        isinstance(tokenizer, open_clip.SimpleTokenizer)
        and clean is open_clip.tokenizer._clean_lower
    ):
        tokenizer.clean_fn = lambda text: cleaned(text, clean)
    special = dict(cache)
    one_at_a_time = Lock()  # the cache is shared by threads

    def tokenize(texts: Sequence[str]) -> torch.Tensor:
        with one_at_a_time:
            if len(cache) > MOST_WORDS:
                cache.clear()
                cache.update(special)
            tokens: torch.Tensor = tokenizer([text[:MOST_CHARACTERS] for text in texts])
            return tokens

    return tokenize


def cleaned(text: str, clean: Callable[[str], str]) -> str:
    """Return `clean(text)`, open_clip's lower-casing with ftfy, skipping ftfy for plain ASCII."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return " ".join(text.split()).lower()
    return clean(text)


def parameters_sha256(clip: Any) -> str:
    """Return the hex SHA-256 of all parameters and buffers, in order of their names."""
    digest = hashlib.sha256()
    for name, tensor in sorted(clip.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(_bytes()).numpy())
    return digest.hexdigest()


def _bytes() -> torch.dtype:
    import torch

    return torch.uint8
