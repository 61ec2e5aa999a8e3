"""How numbers are spread, from counts of equal ones. Knows nothing of Spark."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
HEAD = 0.01


@dataclass(frozen=True)
class Spread:
    """quantiles: of `QUANTILES`, the least value that so great a share does not exceed.

    counts: of each value there is, ascending.
    """

    quantiles: tuple[float, ...]
    counts: tuple[tuple[float, int], ...]


def spread(counts: Mapping[float, int]) -> Spread | None:
    """None for nothing."""
    ordered = sorted((value, count) for value, count in counts.items() if count)
    if not ordered:
        return None
    reached = np.cumsum([count for _, count in ordered])
    ranks = np.ceil(np.array(QUANTILES) * reached[-1])
    places = np.searchsorted(reached, ranks)
    return Spread(tuple(ordered[place][0] for place in places), tuple(ordered))


@dataclass(frozen=True)
class Coverage:
    """What captions mention, of a list of entries.

    matched: entries with one pair at least. listed: of how many; None if that is not known.
    matches: pairs of a pair and an entry. entropy_bits: of the entry a match is of; the more even,
    the more. head_share: of matches, those of the 1 % of matched entries that have most, one entry
    at least: the less, the longer the tail.
    """

    matched: int
    listed: int | None
    matches: int
    entropy_bits: float
    head_share: float | None


def coverage(counts: NDArray[np.int64], listed: int | None = None) -> Coverage:
    """From the matches of each entry."""
    there = np.sort(counts[counts > 0])[::-1]
    total = int(there.sum())
    share = there / max(total, 1)
    head = int(there[: max(1, round(HEAD * len(there)))].sum())
    # + 0.0, since the sum of nothing times minus one is -0.0
    entropy = float(-(share * np.log2(share)).sum()) + 0.0
    return Coverage(len(there), listed, total, entropy, head / total if total else None)
