"""Read YAML from strangers, with bounds: 400 bytes of aliases can stand for terabytes."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

MOST_BYTES = 1_000_000
MOST_DEPTH = 50
MOST_NODES = 20_000  # keys, values and lists, those that an alias stands for counted again
MOST_LETTERS = 2_000_000  # the same of all texts
MOST_DIGITS = 100  # of what is no text; reading 1:1:1:... as a number takes time by the square

_TEXT = "tag:yaml.org,2002:str"
_SURROGATE = re.compile("[\ud800-\udfff]")


def load_yaml(data: bytes, name: str) -> Any:
    """Return the content of a YAML document: dicts, lists, strings, numbers, booleans and dates.

    name: stands in errors. Raises yaml.YAMLError, naming the place, for what is no YAML in UTF-8,
    exceeds this module's bounds, repeats a key, or builds Python objects.
    """
    if len(data) > MOST_BYTES:
        raise yaml.YAMLError(f"it has more than {MOST_BYTES:,} bytes")
    try:
        loader = _Loader(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise yaml.YAMLError(f"byte {error.start:,} is no UTF-8") from None
    loader.name = name
    try:
        return loader.get_single_data()
    finally:
        loader.dispose()


def _refuse(why: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.constructor.ConstructorError(None, None, why, mark)


class _Loader(yaml.SafeLoader):
    """Counts what SafeLoader composes, before anything is built of it."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._depth = 0
        self._nodes = 0
        self._letters = 0
        self._sizes: dict[int, tuple[int, int]] = {}  # nodes and letters of what is read, by id

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            node = super().compose_node(parent, index)
            if id(node) not in self._sizes:
                raise _refuse("an alias stands inside what it names", mark)
            self._count(*self._sizes[id(node)], mark)
            return node
        return self._composed(parent, index, mark)

    def _composed(self, parent: yaml.Node | None, index: Any, mark: yaml.Mark) -> yaml.Node | None:
        before = self._nodes, self._letters
        self._depth += 1
        if self._depth > MOST_DEPTH:
            raise _refuse(f"more than {MOST_DEPTH} levels", mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        is_text = isinstance(node, yaml.ScalarNode)
        self._count(1, len(node.value) if is_text else 0, mark)  # type: ignore[union-attr]
        self._sizes[id(node)] = self._nodes - before[0], self._letters - before[1]
        return node

    def _count(self, nodes: int, letters: int, mark: yaml.Mark) -> None:
        self._nodes += nodes
        self._letters += letters
        if self._nodes > MOST_NODES:
            raise _refuse(f"more than {MOST_NODES:,} keys and values, with those of aliases", mark)
        if self._letters > MOST_LETTERS:
            raise _refuse(f"more than {MOST_LETTERS:,} letters, with those of aliases", mark)

    def compose_scalar_node(self, anchor: dict[Any, yaml.Node]) -> yaml.ScalarNode:
        node = super().compose_scalar_node(anchor)
        if node.tag != _TEXT and len(node.value) > MOST_DIGITS:
            raise _refuse(f"more than {MOST_DIGITS} letters, and no text", node.start_mark)
        if _SURROGATE.search(node.value):
            raise _refuse("half a surrogate pair, which is no text", node.start_mark)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        try:
            return super().construct_object(node, deep)
        except (ValueError, OverflowError) as error:  # 2024-13-45 looks like a date
            raise _refuse(str(error), node.start_mark) from None

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """Refuse a repeated key, where YAML would silently use the last."""
        there = set()
        for key, _ in node.value:
            name = key.tag, str(key.value)
            if isinstance(key, yaml.ScalarNode) and name in there:
                raise _refuse(f"the key {key.value!r} stands there twice", key.start_mark)
            there.add(name)
        return super().construct_mapping(node, deep)
