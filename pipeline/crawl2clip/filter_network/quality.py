"""Measure how well scores separate true pairs from mismatched ones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]


def auc(similarities: Scores, same: NDArray[np.bool_] | None = None) -> float:
    """Return the probability that a true pair scores above a mismatched one, ties counting half.

    similarities: (N, N), image by text, with true pairs on the diagonal; all others are mismatched,
    except those marked in `same`, for instance because their captions are equal.
    """
    true = np.eye(len(similarities), dtype=bool)
    wrong = ~true if same is None else ~(true | same)
    return area(similarities[true], similarities[wrong])


def area(true: Scores, wrong: Scores) -> float:
    """Return the area under the ROC curve of scores of true and mismatched pairs.

    Raises ValueError unless there is at least one of each.
    """
    if not len(true) or not len(wrong):
        raise ValueError("an AUC needs one true and one mismatched pair at least")
    ordered = np.sort(wrong)
    below = np.searchsorted(ordered, true, "left")
    not_above = np.searchsorted(ordered, true, "right")
    return float((below + not_above).mean() / 2 / len(wrong))


def share_left(scores: Scores, wrong: NDArray[np.bool_], fraction: float) -> float:
    """Return the share of mismatched pairs among the best `fraction` by score, the cut of a DFN.

    All pairs that tie at the cut are kept, as with DataComp's threshold.
    """
    count = max(1, int(len(scores) * fraction))
    least = np.partition(scores, -count)[-count]
    return float(wrong[scores >= least].mean())


def plant_mismatches(
    similarities: Scores, share: float, seed: int = 0
) -> tuple[Scores, NDArray[np.bool_]]:
    """Give a share of N pairs another's caption; return the scores, and which pairs are mismatched.

    The captions of the chosen pairs are rotated among them, in random order.
    """
    size = len(similarities)
    chosen = np.random.default_rng(seed).permutation(size)[: round(share * size)]
    texts, wrong = np.arange(size), np.zeros(size, dtype=bool)
    if len(chosen) > 1:
        texts[chosen], wrong[chosen] = np.roll(chosen, 1), True
    return similarities[np.arange(size), texts], wrong
