"""Fingerprints: what a job's table depends on, in named parts, so that changes can be listed."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import fsspec
from fsspec.core import has_magic

from crawl2clip.engine import code_closure, libraries
from crawl2clip.io.redaction import public, without_secrets
from crawl2clip.stage import Stage

Fingerprint = Mapping[str, Any]

# Of what a store says of a file; which of them there is depends on the store.
_TELL_CHANGES = ("size", "ETag", "etag", "mtime", "LastModified", "last_modified", "modified")
# The parts that are code, ours and others': what a user may take for unchanged, knowing better.
# The session's settings are constants of the code.
CODE = ("code", "libraries", "session")
MOST_NAMED = 8  # of the changed files, in a message
EARLIER_FORM = "its report is of an earlier release, which recorded less of the code that it ran"


def digest(value: object) -> str:
    """Return 32 hex digits that change when the JSON form of the value does."""
    text = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def of_job(
    steps: tuple[Stage, ...],
    source: Mapping[str, object],
    modules: Iterable[str] = (),
    columns: Iterable[str] = (),
    session: Mapping[str, str] | None = None,
) -> Fingerprint:
    """Return the fingerprint of a job: its steps with settings, side files, input, code, libraries.

    Secrets and signatures of addresses are left out: a job is not run again for a new signature.

    source: the fingerprint of the input. modules: dotted names of the modules that run beside the
    steps: the one that reads the input, and the executors. columns: of the input. session: the
    Spark settings that decide rows.
    """
    shown = [f"{step.name} {_settings(step)}" for step in steps]
    side_files = {path for step in steps for path in _side_files(step)}
    of_steps = {type(step).__module__ for step in steps}
    files = code_closure.own_package().closure({*of_steps, *modules})
    imported = {name for file in files.values() for name in file.libraries}
    declared = {name for step in steps for name in step.depends}
    mentioned = {*columns, *(name for step in steps for name in (*step.reads, *step.adds))}
    return {
        "steps": shown,
        "files": {without_secrets(path): _content(path) for path in sorted(side_files)},
        "code": {path: file.digest for path, file in files.items()}
        | _types(files, shown, mentioned),
        "libraries": libraries.versions(imported, declared),
        "session": dict(session or {}),
        "input": dict(source),
    }


def _types(
    files: Mapping[str, code_closure.File], shown: Iterable[str], mentioned: Iterable[str]
) -> dict[str, str]:
    """Return digests of the types of the columns that code, steps or settings mention."""
    types = code_closure.own_package().columns
    names = {*mentioned, *(name for file in files.values() for name in file.columns)}
    names |= {name for name in types if any(name in settings for settings in shown)}
    return {f"column {name}": types[name] for name in sorted(names & types.keys())}


def _settings(step: Stage) -> str:
    return json.dumps(public(asdict(step)), sort_keys=True)  # type: ignore[call-overload]


def changes(old: Fingerprint, new: Fingerprint, most: int = MOST_NAMED) -> list[str]:
    """Describe each part that differs in a line, 'what was old, is new'; return [] if none does.

    One line names the code that has changed, the first `most` files of it. Files that came or went
    with a step, or with an import in a file that is named, are not listed.
    """
    was, now = dict(_leaves(old)), dict(_leaves(new))
    names = _differing(was, now)
    code = [name for name in names if name.startswith(CODE)]
    other = [name for name in names if name not in code]
    lines = [_change(name, was.get(name), now.get(name)) for name in other]
    if code and "libraries" not in old:
        return [*lines, EARLIER_FORM]
    told = [name for name in code if name in was and name in now] or ([] if other else code)
    return [*lines, *_changes_of_code(told, was, now, most)]


def _changes_of_code(
    names: list[str], was: Mapping[str, Any], now: Mapping[str, Any], most: int
) -> Iterator[str]:
    for name in names:
        if not name.startswith("code "):
            yield _change(name, was.get(name), now.get(name))
    files = [name.removeprefix("code ") for name in names if name.startswith("code ")]
    if files:
        more = f" and {len(files) - most} more" if len(files) > most else ""
        yield f"code has changed: {', '.join(files[:most])}{more}"


def of_code_alone(old: Fingerprint, new: Fingerprint) -> bool:
    """Return whether two fingerprints differ in code alone: the package's, or a library version."""
    names = _differing(dict(_leaves(old)), dict(_leaves(new)))
    return all(name.startswith(CODE) for name in names)


def _differing(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    return sorted(name for name in was.keys() | now.keys() if was.get(name) != now.get(name))


def _change(name: str, old: Any, new: Any) -> str:
    if _is_digest(old) and _is_digest(new):
        return f"{name} has changed"  # which digits it has tells nobody anything
    return f"{name} was {_shown(old)}, is {_shown(new)}"


def _is_digest(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{16,64}", value) is not None


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
    """Hash the bytes of a side file, or of all files of a folder: names and times may lie.

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
