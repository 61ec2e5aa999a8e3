"""MetaCLIP's keep probabilities, in numpy. Knows nothing of Spark."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def entry_probs(counts: NDArray[np.int64], t: int) -> Floats:
    """Chance of each entry to let a pair through: t / count, at most 1; 1 for a count of 0.

    counts: pairs per entry, (entries,). MetaCLIP (Xu et al. 2023), algorithm 1.
    """
    return t / np.maximum(counts, t)


def keep_probs(ids: NDArray[np.int32], starts: NDArray[np.int64], probs: Floats) -> Floats:
    """Chance of each pair that at least one of its entries lets it through: 1 - prod(1 - p).

    ids: entry ids of all pairs, one after the other. starts: (pairs + 1,), pair i has
    ids[starts[i]:starts[i+1]]; none makes 0. probs: (entries,). Gives (pairs,).
    """
    keep = np.zeros(len(starts) - 1)
    matched = starts[:-1] < starts[1:]
    # reduceat answers for an empty stretch with its neighbour's first id: ask only for the others.
    fails = np.multiply.reduceat(1.0 - probs[ids], starts[:-1][matched]) if len(ids) else 0.0
    keep[matched] = 1.0 - fails
    return keep
