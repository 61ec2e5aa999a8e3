"""Evaluate a model zero-shot, on sets it was not trained on.

As published, a class is the mean of the unit vectors of its name in every prompt template,
normalised again (Radford et al. 2021, section 3.1.4); see metrics.py for the metrics.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from crawl2clip.evaluation import metrics
from crawl2clip.evaluation.evaluation_sets import EvaluationSet, Sample
from crawl2clip.evaluation.metrics import Vectors
from crawl2clip.score.clip.models import LoadedModel
from crawl2clip.score.clip.preprocess import Spec, UndecodableError, pixels
from crawl2clip.score.clip.resizing import Pixels

if TYPE_CHECKING:
    import torch

BATCH = 64
T = TypeVar("T")


def evaluate_set(
    model: LoadedModel, of: EvaluationSet, templates: Sequence[str] = (), batch: int = BATCH
) -> dict[str, float | int | None]:
    """Return the metrics of the set's task, and `samples`, the number of images.

    templates: replace those of the set; without either, OpenAI's 80 are used. Raises ValueError if
    the set is empty or an image can't be read: a part of a set is not that set.
    """
    found: list[tuple[int | None, tuple[str, ...]]] = []
    images = _image_vectors(model, _noted(of.samples(), found), batch)
    if not found:
        raise ValueError(f"{of.folder} holds no images")
    if of.classnames:
        classes = classifier(model, of.classnames, templates or of.templates or openai(), batch)
        labels = np.array([label for label, _ in found])
        return {**metrics.classification(images, classes, labels), "samples": len(found)}
    texts = [text for _, captions in found for text in captions]
    owners = np.repeat(np.arange(len(found)), [len(captions) for _, captions in found])
    scores = metrics.retrieval(images, text_vectors(model, texts, batch), owners)
    return {**scores, "samples": len(found)}


def classifier(
    model: LoadedModel, names: Sequence[str], templates: Sequence[str], batch: int = BATCH
) -> Vectors:
    """Return a unit vector for each class, (C, D)."""
    texts = [prompt(template, name) for name in names for template in templates]
    vectors = text_vectors(model, texts, batch)
    return _unit(vectors.reshape(len(names), len(templates), -1).mean(axis=1))


def prompt(template: str, name: str) -> str:
    """Return the template with the name for {c} or {}. Raises ValueError if it has neither.

    Replaced and not formatted, as a name or template may contain braces of its own.
    """
    for mark in ("{c}", "{}"):
        if mark in template:
            return template.replace(mark, name)
    raise ValueError(f"the template {template!r} has no {{c}} for the name of the class")


def openai() -> list[str]:
    """Return the 80 templates of the CLIP paper for ImageNet, as open_clip has them."""
    from open_clip import OPENAI_IMAGENET_TEMPLATES

    return [template("{c}") for template in OPENAI_IMAGENET_TEMPLATES]


def text_vectors(model: LoadedModel, texts: Iterable[str], batch: int = BATCH) -> Vectors:
    """Return unit vectors, (N, D), in the order given."""

    def encoded(part: list[str]) -> torch.Tensor:
        found: torch.Tensor = model.clip.encode_text(model.tokenize(part).to(model.device))
        return found

    return _vectors(encoded, _batches(texts, batch))


def _image_vectors(model: LoadedModel, samples: Iterable[Sample], batch: int) -> Vectors:
    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding releases Python's lock

        def encoded(part: list[Sample]) -> torch.Tensor:
            seen = np.stack(list(pool.map(partial(_seen, model.spec), part)))
            found: torch.Tensor = model.clip.encode_image(_floats(seen, model))
            return found

        return _vectors(encoded, _batches(samples, batch))


def _seen(spec: Spec, sample: Sample) -> Pixels:
    try:
        return pixels(sample.image, [spec])[0]
    except UndecodableError as error:
        raise ValueError(f"{sample.name}: {error}") from None


def _floats(seen: Pixels, model: LoadedModel) -> torch.Tensor:
    import torch

    of_spec = (model.spec.mean, model.spec.std)
    mean, std = (torch.tensor(v, device=model.device).view(1, 3, 1, 1) for v in of_spec)
    channels_first = torch.from_numpy(seen).to(model.device).permute(0, 3, 1, 2)
    return channels_first.float().div(255).sub(mean).div(std)


def _vectors(encode: Callable[[list[T]], torch.Tensor], batches: Iterator[list[T]]) -> Vectors:
    import torch

    with torch.inference_mode():
        parts = [encode(batch).float().cpu().numpy() for batch in batches]
    return _unit(np.concatenate(parts)) if parts else np.zeros((0, 0), np.float32)


def _unit(vectors: Vectors) -> Vectors:
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit


def _batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _noted(
    samples: Iterable[Sample], found: list[tuple[int | None, tuple[str, ...]]]
) -> Iterator[Sample]:
    """Yield the samples, and append their labels and captions to `found`."""
    for sample in samples:
        found.append((sample.label, sample.captions))
        yield sample
