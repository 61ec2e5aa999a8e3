"""The reference of all steps as a Markdown page: `crawl2clip list --markdown`."""

import inspect
import json
import types
import typing
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields
from itertools import groupby
from typing import Any, Literal

from crawl2clip.stage import Filter, Stage

# Rooms in the order of a recipe's jobs. `extract` has no step: it reads what all others work on.
ROOMS = (
    *("language", "filter", "dedup", "match", "balance"),
    *("fetch", "score", "enrich", "shard"),
)

HEAD = """# Steps

Every step that a recipe may use, by the room it lies in; a job may use steps of any room. This page
is written by `crawl2clip list --markdown > pipeline/STEPS.md` from the steps' own docstrings.

In a recipe a step is `name`, `name: {setting: value}`, or `name: value` for its **main** setting.
*Reads*: columns that must be there. *Adds*: columns that are there afterwards; what they mean
stands in [schema.py](crawl2clip/schema.py). A *filter* only drops rows, never those with a
`problem`. Rooms have pages of their own: [the rooms](README.md#the-rooms)."""


def steps_page(stages: Mapping[str, type[Stage]]) -> str:
    """Return the page, with a table of contents, that describes these steps by their names.

    Raises ValueError for a step of a room that is not in ROOMS.
    """
    ordered = sorted(stages.items(), key=lambda item: (ROOMS.index(_room(item[1])), item[0]))
    rooms = {room: list(steps) for room, steps in groupby(ordered, lambda item: _room(item[1]))}
    contents = [_contents(room, [name for name, _ in steps]) for room, steps in rooms.items()]
    sections = [_section(room, steps) for room, steps in rooms.items()]
    return "\n\n".join([HEAD, "## Contents", "\n".join(contents), *sections]) + "\n"


def _room(stage: type[Stage]) -> str:
    return stage.__module__.split(".")[1]


def _contents(room: str, names: list[str]) -> str:
    links = ", ".join(f"[{name}](#{name})" for name in names)
    return f"- [{room}](#steps-of-{room}): {links}"


def _section(room: str, steps: list[tuple[str, type[Stage]]]) -> str:
    head = f"## Steps of {room}\n\nMore on this room: [crawl2clip/{room}](crawl2clip/{room})"
    return "\n\n".join([head, *(_step(name, stage) for name, stage in steps)])


def _step(name: str, stage: type[Stage]) -> str:
    first, *rest = inspect.cleandoc(stage.__doc__ or "").split("\n\n")
    parts = [f"### {name}", first, _columns(stage), _settings(stage), *map(_paragraph, rest)]
    return "\n\n".join(filter(None, parts))


def _paragraph(text: str) -> str:
    return f"**Cost:**{text.removeprefix('Cost:')}" if text.startswith("Cost:") else text


def _columns(stage: type[Stage]) -> str:
    kind = "filter" if issubclass(stage, Filter) else "step"
    adds = _names(stage.adds) + (" and nothing else remains" if stage.replaces else "")
    return f"*Kind*: {kind}. *Reads*: {_names(stage.reads)}. *Adds*: {adds}."


def _names(columns: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in columns) or "nothing"


def _settings(stage: type[Stage]) -> str:
    rows = list(_rows(stage))
    return "\n".join(["| setting | type | default |", "|---|---|---|", *rows]) if rows else ""


def _rows(stage: type[Stage]) -> Iterator[str]:
    hints = typing.get_type_hints(stage)
    for setting in fields(stage):  # type: ignore[arg-type]
        name = f"**`{setting.name}`** (main)" if setting.name == stage.main else f"`{setting.name}`"
        kind = _type(hints[setting.name])
        path = ", a path" if setting.name in stage.files else ""
        yield f"| {name} | {kind}{path} | {_default(setting)} |"


def _type(hint: Any) -> str:
    """Return the type of a setting in words, as a recipe's author writes it in YAML."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_type(kind) for kind in inner)
    if origin is Literal:
        return ", ".join(f"`{choice}`" for choice in inner)
    if origin is tuple:
        return f"list of {_type(inner[0])}"
    return {int: "integer", float: "number", str: "text", bool: "boolean"}.get(hint, "null")


def _default(setting: "Field[Any]") -> str:
    """Return the default as YAML writes it."""
    if setting.default is MISSING:
        return "required"
    return f"`{json.dumps(setting.default, ensure_ascii=False)}`"
