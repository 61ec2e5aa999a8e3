"""Who belongs together, in a graph that fits into memory."""

from collections.abc import Iterable
from typing import TypeVar

N = TypeVar("N", int, str, bytes)


def smallest(edges: Iterable[tuple[N, N]]) -> dict[N, N]:
    """For each node the smallest of those it is linked to, directly or through others."""
    parents: dict[N, N] = {}
    for a, b in edges:
        low, high = sorted((_root(parents, a), _root(parents, b)))
        parents[high] = low
    return {node: _root(parents, node) for node in list(parents)}


def _root(parents: dict[N, N], node: N) -> N:
    """Follows parents, and halves the way for those who come after."""
    parents.setdefault(node, node)
    while parents[node] != node:
        parents[node] = parents[parents[node]]
        node = parents[node]
    return node
