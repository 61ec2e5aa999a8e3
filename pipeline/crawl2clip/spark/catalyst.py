"""Catalyst expressions, Spark's own, as trees that Python can walk."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from pyspark.sql import Column, DataFrame


@dataclass(frozen=True)
class Node:
    """A node of an expression: its class in Catalyst, its Catalyst JSON, its children."""

    kind: str
    about: dict[str, Any]
    place: int
    children: list[Node]


@dataclass(frozen=True)
class ExpressionTree:
    """A Catalyst expression: `root` in the JVM, and its nodes here, fetched in one call."""

    root: Any
    nodes: list[Node]

    @classmethod
    def of(cls, root: Any) -> ExpressionTree:
        """Read the expression that the JVM holds."""
        nodes: list[Node] = []
        open_: list[tuple[Node, int]] = []  # whose children come next, and how many are to come
        for place, about in enumerate(json.loads(root.toJSON())):
            node = Node(about["class"].rpartition(".")[2], about, place, [])
            nodes.append(node)
            if open_:
                parent, left = open_.pop()
                parent.children.append(node)
                if left > 1:
                    open_.append((parent, left - 1))
            if about["num-children"]:
                open_.append((node, about["num-children"]))
        return cls(root, nodes)

    def java(self, node: Node) -> Any:
        """Return the node as the JVM holds it."""
        return self.root.apply(node.place)

    def without_columns(self) -> set[int]:
        """Return the places of the nodes without columns, whose value Spark can know."""
        found: set[int] = set()
        for node in reversed(self.nodes):  # children stand behind their parents
            is_fixed = node.kind == "Literal" if not node.children else True
            if is_fixed and all(child.place in found for child in node.children):
                found.add(node.place)
        return found


def resolved(pairs: DataFrame, column: Column) -> ExpressionTree | None:
    """Return the column as Catalyst resolves it over these pairs, all casts included.

    Returns None if it is no expression of one row: an aggregate, a window, a generator. Raises
    AnalysisException if it does not fit the pairs.
    """
    # A select, whose one expression Catalyst resolves without moving it.
    plan = pairs.select(column)._jdf.queryExecution().analyzed()
    return ExpressionTree.of(plan.expressions().apply(0)) if _is_of_rows(pairs, plan) else None


def _is_of_rows(pairs: DataFrame, plan: Any) -> bool:
    """Return whether the plan is a select right over that of the pairs, with nothing in between."""
    below = pairs._jdf.queryExecution().analyzed()
    return plan.nodeName() == "Project" and bool(plan.child().fastEquals(below))
