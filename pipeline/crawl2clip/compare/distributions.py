"""Summarise distributions given as counts of equal values."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HEAD = 0.01


@dataclass(frozen=True)
class Distribution:
    """Quantiles and counts of a distribution.

    quantiles: for each of `QUANTILES`, the least value that so great a share does not exceed.
    counts: of each value that occurs, ascending.
    """

    quantiles: tuple[float, ...]
    counts: tuple[tuple[float, int], ...]


def distribution(counts: Mapping[float, int]) -> Distribution | None:
    """Summarise counts by value; None if there are no values."""
    ordered = sorted((value, count) for value, count in counts.items() if count)
    if not ordered:
        return None
    reached = np.cumsum([count for _, count in ordered])
    ranks = np.ceil(np.array(QUANTILES) * reached[-1])
    places = np.searchsorted(reached, ranks)
    return Distribution(tuple(ordered[place][0] for place in places), tuple(ordered))


@dataclass(frozen=True)
class Coverage:
    """The coverage of a list of entries by captions.

    matched: entries with at least one pair. listed: entries in the list; None if unknown. matches:
    (pair, entry) matches. entropy_bits: entropy of the distribution of matches over entries; higher
    is more even. head_share: the share of matches held by the most frequent 1 % of matched entries,
    at least one entry; lower means a longer tail.
    """

    matched: int
    listed: int | None
    matches: int
    entropy_bits: float
    head_share: float | None


def coverage(counts: NDArray[np.int64], listed: int | None = None) -> Coverage:
    """Summarise the number of matches of each entry."""
    there = np.sort(counts[counts > 0])[::-1]
    total = int(there.sum())
    share = there / max(total, 1)
    head = int(there[: max(1, round(HEAD * len(there)))].sum())
    # + 0.0, as an empty sum times minus one is -0.0
    entropy = float(-(share * np.log2(share)).sum()) + 0.0
    return Coverage(len(there), listed, total, entropy, head / total if total else None)
