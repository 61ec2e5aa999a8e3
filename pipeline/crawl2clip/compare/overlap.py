"""Compute overlaps of sets from the number of items in each combination of sets."""

from collections.abc import Mapping
from dataclasses import dataclass

# Number of items by bit mask: bit i of the key is set for items in set i.
Masks = Mapping[int, int]

MOST_COMBINATIONS = 24


@dataclass(frozen=True)
class Combination:
    """The number of items in exactly these sets, given by index."""

    sets: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class Overlap:
    """Overlaps of all sets. sizes: items in each set. shared: in set i and in set j.

    combinations: the largest first. jaccard: shared items by those in either set. contained: the
    share of set i that set j contains. Both are None where there are no items.
    """

    sizes: tuple[int, ...]
    all: int
    shared: tuple[tuple[int, ...], ...]
    jaccard: tuple[tuple[float | None, ...], ...]
    contained: tuple[tuple[float | None, ...], ...]
    combinations: tuple[Combination, ...]
    more_combinations: int


def overlap(masks: Masks, sets: int) -> Overlap:
    """Compute the overlaps of a number of sets."""
    numbers = range(sets)
    shared = tuple(tuple(_shared(masks, i, j) for j in numbers) for i in numbers)
    sizes = tuple(shared[i][i] for i in numbers)
    either = [[sizes[i] + sizes[j] - shared[i][j] for j in numbers] for i in numbers]
    largest = sorted(masks.items(), key=lambda item: (-item[1], item[0]))
    return Overlap(
        sizes=sizes,
        all=sum(masks.values()),
        shared=shared,
        jaccard=tuple(tuple(_share(shared[i][j], either[i][j]) for j in numbers) for i in numbers),
        contained=tuple(tuple(_share(shared[i][j], sizes[i]) for j in numbers) for i in numbers),
        combinations=tuple(
            Combination(tuple(i for i in numbers if mask >> i & 1), count)
            for mask, count in largest[:MOST_COMBINATIONS]
        ),
        more_combinations=max(0, len(largest) - MOST_COMBINATIONS),
    )


def _shared(masks: Masks, i: int, j: int) -> int:
    return sum(count for mask, count in masks.items() if mask >> i & mask >> j & 1)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
