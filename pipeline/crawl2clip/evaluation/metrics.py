"""Shares of 1 that say how good a model is; the conventions of the CLIP benchmark.

Among equal scores the candidate that comes first wins, so a model that gives the same vector for
all is as good as chance and not perfect.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Numbers = NDArray[np.int64]

ROWS = 256  # whose scores are held at a time: 25 MB for the 25,000 captions of COCO
KS = (1, 5, 10)


def ranks(scores: Vectors, targets: Numbers) -> Numbers:
    """How many of its candidates stand before each row's target: 0 if it is the first.

    scores: (rows, candidates). targets: (rows,), number of a candidate.
    """
    own = np.take_along_axis(scores, targets[:, None], axis=1)
    earlier = np.arange(scores.shape[1]) < targets[:, None]
    before: Numbers = ((scores > own) | ((scores == own) & earlier)).sum(axis=1)
    return before


def classification(images: Vectors, classes: Vectors, labels: Numbers) -> dict[str, float | None]:
    """acc1, acc5 (None for less than 5 classes) and mean_per_class_recall.

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
    """Recalls at 1, 5 and 10 both ways. owners: (T,), number of the image each text describes.

    image_retrieval_recall@k: share of texts whose image is among the k best images.
    text_retrieval_recall@k: share of images of whose captions one at least is among the k best.
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
    """The rank of the best caption of each image."""
    images = np.arange(rows.start, rows.start + len(scores))
    own = np.where(owners == images[:, None], scores, -np.inf)
    return ranks(scores, own.argmax(axis=1))


def _blocks(count: int) -> Iterator[slice]:
    return (slice(start, start + ROWS) for start in range(0, count, ROWS))
