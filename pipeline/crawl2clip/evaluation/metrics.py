"""Compute zero-shot metrics, as shares of 1, by the conventions of the CLIP benchmark.

Among equal scores the first candidate wins, so a model that returns the same vector for everything
is as good as chance, not perfect.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

ROWS = 256  # rows of scores held at a time: 25 MB for the 25,000 captions of COCO
KS = (1, 5, 10)


def ranks(scores: Vectors, targets: Numbers) -> Numbers:
    """Return how many candidates rank before each row's target: 0 if it is the first.

    scores: (rows, candidates). targets: (rows,), index of a candidate.
    """
    own = np.take_along_axis(scores, targets[:, None], axis=1)
    earlier = np.arange(scores.shape[1]) < targets[:, None]
    before: Numbers = ((scores > own) | ((scores == own) & earlier)).sum(axis=1)
    return before


def classification(images: Vectors, classes: Vectors, labels: Numbers) -> dict[str, float | None]:
    """Return acc1, acc5 (None for fewer than 5 classes) and mean_per_class_recall.

    images: (N, D), classes: (C, D). The last is the mean over the classes that have images.
    """
    places = np.concatenate([ranks(images[r] @ classes.T, labels[r]) for r in _blocks(len(labels))])
    first = places == 0
    per_class = [float(first[labels == label].mean()) for label in np.unique(labels)]
    return {
        "acc1": float(first.mean()),
        "acc5": float((places < 5).mean()) if len(classes) >= 5 else None,
        "mean_per_class_recall": float(np.mean(per_class)),
    }


def retrieval(images: Vectors, texts: Vectors, owners: Numbers) -> dict[str, float]:
    """Return recalls at 1, 5 and 10 in both directions.

    Owners: (T,), the image that each text describes.

    image_retrieval_recall@k: share of texts whose image is among the k best images.
    text_retrieval_recall@k: share of images with at least one caption among the k best.
    """
    of_texts = [ranks(texts[rows] @ images.T, owners[rows]) for rows in _blocks(len(texts))]
    of_images = [_best(images[rows] @ texts.T, rows, owners) for rows in _blocks(len(images))]
    both = {"image": np.concatenate(of_texts), "text": np.concatenate(of_images)}
    return {
        f"{what}_retrieval_recall@{k}": float((places < k).mean())
        for what, places in both.items()
        for k in KS
    }


def _best(scores: Vectors, rows: slice, owners: Numbers) -> Numbers:
    """Return the rank of the best caption of each image."""
    images = np.arange(rows.start, rows.start + len(scores))
    own = np.where(owners == images[:, None], scores, -np.inf)
    return ranks(scores, own.argmax(axis=1))


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + ROWS) for start in range(0, count, ROWS))
