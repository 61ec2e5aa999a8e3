"""How well scores tell true pairs from mismatched ones: numbers, from numbers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.floating]


def auc(similarities: Scores, same: NDArray[np.bool_] | None = None) -> float:
    """Chance that a true pair scores above a mismatched one, ties counting half.

    similarities: (N, N), image by text, true pairs on the diagonal; all others are mismatched but
    those that `same` says are not, for instance because their captions are equal.
    """
    true = np.eye(len(similarities), dtype=bool)
    wrong = ~true if same is None else ~(true | same)
    return area(similarities[true], similarities[wrong])


def area(true: Scores, wrong: Scores) -> float:
    """Area under the ROC curve, of scores of true and of mismatched pairs, at least one each."""
    if not len(true) or not len(wrong):
        raise ValueError("an AUC wants one true and one mismatched pair at least")
    ordered = np.sort(wrong)
    below = np.searchsorted(ordered, true, "left")
    not_above = np.searchsorted(ordered, true, "right")
    return float((below + not_above).mean() / 2 / len(wrong))


def share_left(scores: Scores, wrong: NDArray[np.bool_], fraction: float) -> float:
    """The share of mismatched pairs among the best `fraction` by score, the cut of a DFN.

    Of equal scores at the cut all stay, as with DataComp's threshold.
    """
    count = max(1, int(len(scores) * fraction))
    least = np.partition(scores, -count)[-count]
    return float(wrong[scores >= least].mean())


def planted(similarities: Scores, share: float, seed: int = 0) -> tuple[Scores, NDArray[np.bool_]]:
    """Scores of N pairs of which a share was given another's caption, and which those are.

    The captions of those go round among them, in an order by chance.
    """
    size = len(similarities)
    chosen = np.random.default_rng(seed).permutation(size)[: round(share * size)]
    texts, wrong = np.arange(size), np.zeros(size, dtype=bool)
    if len(chosen) > 1:
        texts[chosen], wrong[chosen] = np.roll(chosen, 1), True
    return similarities[np.arange(size), texts], wrong
