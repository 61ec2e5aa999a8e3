"""CLIP models by open_clip: architecture, weights, tokeniser and preprocessing in one.

Knows nothing of Spark. open_clip is imported where models are loaded: on executors.
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

# The tokeniser remembers each word it has seen; the crawl has no end of them.
MOST_WORDS = 1_000_000

_HEX = re.compile("[0-9a-fA-F]{16,64}")

_WHOLE = ("hf-hub:", "local-dir:")  # weights that bring architecture and preprocessing along


@dataclass(frozen=True)
class Choice:
    """Which model. See ScoreClip for what the names may be.

    sha256: what the hash of its parameters must begin with; '' for any.
    """

    model: str
    weights: str
    config: str = ""
    sha256: str = ""

    def __str__(self) -> str:
        """Without the folders of this machine, and without what signs an address."""
        if self.weights.startswith("hf-hub:"):
            return self.weights
        weights = PurePath(without_secrets(self.weights)).name
        return weights if self.weights.startswith(_WHOLE) else f"{self.model}/{weights}"


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model ready to be called, on `device`, in eval mode.

    sha256: hex digits, of all its parameters by name; the same weights give the same on any device.
    """

    clip: Any
    tokenize: Tokenizer
    spec: Spec
    device: str
    sha256: str


def refuse(choice: Choice) -> None:
    """Raise ValueError if the choice can't be meant; looks at files, not for models."""
    if not choice.weights:
        raise ValueError("weights wants a name that open_clip knows, a checkpoint, or hf-hub:...")
    if choice.sha256 and not _HEX.fullmatch(choice.sha256):
        raise ValueError(
            f"weights_sha256 wants 16 to 64 hex digits, as clip_score_model ends with, "
            f"not {choice.sha256!r}"
        )
    if choice.config and Path(choice.config).suffix != ".json":
        raise ValueError(f"model_config is an open_clip .json file, not {choice.config}")
    if choice.config and Path(choice.config).stem != choice.model:
        raise ValueError(
            f"open_clip calls a model as its file: model must be {Path(choice.config).stem!r} "
            f"for {choice.config}, not {choice.model!r}"
        )


def load(choice: Choice, device: str = "cpu") -> Loaded:
    """The model in float32 on the device, loaded once a process.

    Raises ValueError if open_clip does not know it, if model and weights do not belong together,
    or if its parameters are not those that the choice asks for.
    """
    return _loaded(choice, device)


@lru_cache(maxsize=8)
def _loaded(choice: Choice, device: str) -> Loaded:
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
            f"{sha256}, and weights_sha256 wants {choice.sha256}"
        )
    clip.eval().requires_grad_(False)
    return Loaded(clip.to(device), _tokenizer(name), spec, device, sha256)


@contextmanager
def no_weights_wanted() -> Iterator[None]:
    """Within it open_clip does not warn of models without weights."""
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
    """`clean(text)`, open_clip's lower case with ftfy; ftfy has nothing to mend in plain ASCII."""
    if text.isascii() and text.isprintable() and "&" not in text:
        return " ".join(text.split()).lower()
    return clean(text)


def parameters_sha256(clip: Any) -> str:
    """Hex SHA-256 of all parameters and buffers, in order of their names."""
    digest = hashlib.sha256()
    for name, tensor in sorted(clip.state_dict().items()):
        digest.update(f"{name} {tuple(tensor.shape)} {tensor.dtype}\n".encode())
        digest.update(tensor.detach().cpu().contiguous().flatten().view(_bytes()).numpy())
    return digest.hexdigest()


def _bytes() -> torch.dtype:
    import torch

    return torch.uint8
