"""What a job's table depends on, in named parts, so that a difference can be told in words."""

import functools
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import fsspec
from fsspec.core import has_magic

from crawl2clip.io.redaction import public, without_secrets
from crawl2clip.stage import Stage

Fingerprint = Mapping[str, Any]

# Of what a store says of a file; which of them there is depends on the store.
_TELL_CHANGES = ("size", "ETag", "etag", "mtime", "LastModified", "last_modified", "modified")
# What jobs run beside the rooms of their steps.
KERNEL = (
    *("schema.py", "stage.py", "engine/run.py", "engine/source.py"),
    *("shared/**/*.py", "spark/*.py", "io/*.py"),
)


def digest(value: object) -> str:
    """32 hex digits that change when the JSON form of the value does."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def of_job(steps: tuple[Stage, ...], source: Mapping[str, object]) -> Fingerprint:
    """Steps with their settings, the side files they name, the code they run, and the input.

    Addresses are without what opens or signs them: a job is not run again for a new signature.
    """
    rooms = {type(step).__module__.split(".")[1] for step in steps}
    if "source" in source:  # archives are read by code too
        rooms.add("extract")
    return {
        "steps": [f"{step.name} {_settings(step)}" for step in steps],
        "files": {
            without_secrets(path): _content(path) for step in steps for path in _side_files(step)
        },
        "code": {"kernel": _kernel_code()} | {room: _room_code(room) for room in sorted(rooms)},
        "input": dict(source),
    }


def _settings(step: Stage) -> str:
    return json.dumps(public(asdict(step)), sort_keys=True)  # type: ignore[call-overload]


def changes(old: Fingerprint, new: Fingerprint) -> list[str]:
    """One line for each part that differs, 'what was old, is new'; empty if nothing does."""
    was, now = dict(_leaves(old)), dict(_leaves(new))
    names = sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))
    return [_change(name, was.get(name), now.get(name)) for name in names]


def _change(name: str, old: Any, new: Any) -> str:
    if _is_digest(old) and _is_digest(new):
        return f"{name} has changed"  # which digits it has tells nobody anything
    return f"{name} was {_shown(old)}, is {_shown(new)}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{32,64}", value) is not None


def _shown(value: Any) -> str:
    if value is None:
        return "not there"
    return "there" if _is_digest(value) else str(value)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, f"{name} {key}".strip())
    elif isinstance(value, list):
        for i, inner in enumerate(value, 1):
            yield from _leaves(inner, f"{name.removesuffix('s')} {i}")
    else:
        yield name, value


def _side_files(step: Stage) -> Iterator[str]:
    for name in step.files:
        setting = getattr(step, name)
        yield from filter(None, (setting,) if isinstance(setting, str) else setting or ())


def _content(path: str) -> str:
    """Hash of a side file's bytes, or of all files of a folder: names and times may lie.

    A glob stands for archives, too much to be read twice: of what it matches, names, sizes, times.
    """
    path = path.removeprefix("local-dir:")  # so open_clip calls a folder that holds a model
    if has_magic(path):
        return digest(_matches(path))
    files, place = fsspec.url_to_fs(path)
    if files.isdir(place):
        inside = {path.removeprefix(place): path for path in files.find(place)}
        return digest({n: _content(files.unstrip_protocol(path)) for n, path in inside.items()})
    try:
        with fsspec.open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return "not there"


def _matches(pattern: str) -> list[tuple[str, ...]]:
    files, name = fsspec.url_to_fs(pattern)
    found = files.glob(name, detail=True)
    return sorted((without_secrets(name), *_stamps(about)) for name, about in found.items())


def _stamps(about: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(about[key]) for key in _TELL_CHANGES if about.get(key) is not None)


@functools.cache
def _room_code(room: str) -> str:
    folder = Path(__file__).parents[1] / room
    code = sorted(path for path in folder.rglob("*") if path.suffix in (".py", ".c", ".h"))
    return digest([(path.name, path.read_text("utf-8")) for path in code])


@functools.cache
def _kernel_code() -> str:
    folder = Path(__file__).parents[1]
    code = sorted(path for pattern in KERNEL for path in folder.glob(pattern))
    return digest([(path.name, path.read_text("utf-8")) for path in code])
