"""YAML -> Recipe, or a RecipeError that says where it is wrong and what would be right.

A recipe is a list of jobs, a job is a list of steps, a step is a stage with its settings:

    recipe: metaclip
    paper: "Xu et al. 2023, arXiv:2309.16671"
    jobs:
      extract:
      language:
        - detect_language
        - where: lang = 'en'
      balance:
        - balance_entries: {t: 20_000}

What the source reads from pages may be said in a key of its own; the settings are those of
`crawl2clip.extract.limits.read_settings`:

    read: {texts: [alt, title], images: [src, srcset, picture, lazy, noscript]}
"""

import difflib
import reprlib
import sys
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import PurePosixPath
from typing import Any, Literal, Protocol, TypeVar

import fsspec
import yaml

from crawl2clip.extract.limits.read_settings import DEFAULTS, Settings
from crawl2clip.io.bounded_yaml import MOST_BYTES, load_yaml
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import redacted
from crawl2clip.stage import Stage, load_stages

KEYS = ("recipe", "paper", "read", "jobs")

_LONGEST_NAME = 100  # a longer one is near to none there is
_LONGEST_PAPER = 1_000
_REPR = reprlib.Repr()
_REPR.maxstring = _REPR.maxother = _REPR.maxlong = 100


class Configured(Protocol):
    """A frozen dataclass that can refuse its settings."""

    def check(self) -> None: ...


C = TypeVar("C", bound=Configured)


class RecipeError(ValueError):
    """A user's mistake, in one line: file, job, step, and what would be right.

    Secrets of the addresses in the message are left out.
    """

    def __init__(self, message: str) -> None:
        super().__init__(redacted(message))


@dataclass(frozen=True)
class Recipe:
    """A paper's way from crawl to training set: job name -> its steps, in order.

    read: which images and texts of a page are pairs, if the source is archives.
    """

    name: str
    paper: str
    jobs: Mapping[str, tuple[Stage, ...]]
    read: Settings = DEFAULTS

    def before(self, job: str) -> str | None:
        """Return the job whose table `job` reads; None if it reads the source.

        Raises RecipeError if the recipe has no such job.
        """
        self.require(job)
        names = list(self.jobs)
        place = names.index(job)
        return names[place - 1] if place else None

    def require(self, job: str) -> None:
        """Raise RecipeError, naming those there are, if the recipe has no such job."""
        if job not in self.jobs:
            raise RecipeError(f"{self.name}: {no_such('job', job, self.jobs)}")


def load_recipe(path: str) -> Recipe:
    """Load the recipe in a YAML file, local or remote. Raises RecipeError."""
    where = PurePosixPath(path).name
    try:
        with fsspec.open(path, "rb") as file:
            return recipe_of(load_yaml(file.read(MOST_BYTES + 1), where), where)
    except FileNotFoundError:
        raise RecipeError(f"there is no recipe file {path}") from None
    except OSError as error:
        raise RecipeError(f"{path}: {error}") from None
    except yaml.YAMLError as error:
        raise RecipeError(f"{where}: not valid YAML: {_one_line(error)}") from None


def recipe_of(data: object, where: str) -> Recipe:
    """Make the recipe that parsed YAML describes; `where` names the file in errors."""
    if not isinstance(data, dict):
        raise RecipeError(f"{where}: wants the keys {', '.join(KEYS)}")
    for key in data:
        if key not in KEYS:
            raise RecipeError(f"{where}: {no_such('key', key, KEYS)}")
    name, paper = _name_and_paper(data, where)
    jobs = data.get("jobs")
    if not isinstance(jobs, dict) or not jobs:
        raise RecipeError(f"{where}: 'jobs' wants at least one job, each with a list of steps")
    stages = load_stages()
    for job in jobs:
        if job not in _rooms(stages):
            raise RecipeError(f"{where}: {no_such('job', job, _rooms(stages))}")
    read = _configured(Settings, _named(data.get("read"), f"{where}: read"), f"{where}: read")
    steps = {job: _steps(steps, f"{where}: {job}") for job, steps in jobs.items()}
    return Recipe(name, paper, steps, read)


def _name_and_paper(data: Mapping[Any, object], where: str) -> tuple[str, str]:
    name, paper = data.get("recipe"), data.get("paper", "")
    if not isinstance(name, str) or not isinstance(paper, str):
        raise RecipeError(f"{where}: 'recipe' and 'paper' are texts; recipe: metaclip, say")
    if len(name) > _LONGEST_NAME or len(paper) > _LONGEST_PAPER:
        most = f"{_LONGEST_NAME} and {_LONGEST_PAPER:,} letters"
        raise RecipeError(f"{where}: 'recipe' and 'paper' have at most {most}")
    return name, paper


def no_such(what: str, name: object, known: Iterable[str]) -> str:
    """Return 'there is no step 'x'; did you mean 'y'?', or list the names that exist."""
    known = list(known)
    near = difflib.get_close_matches(str(name)[:_LONGEST_NAME], known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(known)}"
    return f"there is no {what} {_shown(name)}; {hint}"


def _rooms(stages: Mapping[str, type[Stage]]) -> list[str]:
    """Return the names of jobs: the rooms that hold stages, and the one that holds the source."""
    rooms = {stage.__module__.split(".")[1] for stage in stages.values()}
    return sorted({"extract"} | rooms)


def _steps(steps: object, where: str) -> tuple[Stage, ...]:
    if steps is None:
        return ()
    if not isinstance(steps, list):
        raise RecipeError(f"{where}: wants a list of steps, each on a line that starts with '- '")
    return tuple(_step(step, f"{where}, step {i}") for i, step in enumerate(steps, 1))


def _step(step: object, where: str) -> Stage:
    """Make a step of `name`, `name: {settings}`, or `name: value of its main setting`."""
    if isinstance(step, str):
        step = {step: {}}
    if not isinstance(step, dict) or len(step) != 1:
        raise RecipeError(f"{where}: a step is a name, or one name with its settings")
    [(name, given)] = step.items()
    stages = load_stages()
    if name not in stages:
        raise RecipeError(f"{where}: {no_such('step', name, stages)}")
    stage = stages[name]
    if not isinstance(given, dict):
        if stage.main is None:
            raise RecipeError(f"{where}: {name} wants its settings by name: {name}: {{...}}")
        given = {stage.main: given}
    return _configured(stage, given, f"{where}: {name}")


def _named(given: object, where: str) -> Mapping[Any, object]:
    if given is not None and not isinstance(given, dict):
        raise RecipeError(f"{where}: wants settings by name: {{texts: [alt, title]}}, say")
    return given or {}


def _configured(stage: type[C], given: Mapping[Any, object], where: str) -> C:
    """Make a stage, or another class with settings, of parsed YAML."""
    hints = typing.get_type_hints(stage)
    settings = {field.name: field for field in fields(stage)}  # type: ignore[arg-type]
    values = {}
    for name, value in given.items():
        if name not in settings:
            raise RecipeError(f"{where}: {no_such('setting', name, settings)}")
        values[name] = _checked(value, hints[name], f"{where}.{name}")
    for name, field in settings.items():
        if name not in values and field.default is MISSING and field.default_factory is MISSING:
            raise RecipeError(f"{where} needs {name}, {_words(hints[name])}")
    try:
        made = stage(**values)
        made.check()
    except ValueError as error:
        raise RecipeError(f"{where}: {error}") from None
    return made


def _checked(value: object, hint: Any, where: str) -> object:
    """Return the value in the hint's type: lists become tuples, integers floats; else refuse it."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        options = [kind for kind in inner if _fits(value, kind)]
        if options:
            return _checked(value, options[0], where)
    elif origin is tuple and isinstance(value, list):
        return tuple(_checked(v, inner[0], f"{where}[{i}]") for i, v in enumerate(value))
    elif _fits(value, hint):
        return float(value) if hint is float else value  # type: ignore[arg-type]
    trap = _yaml_trap(value, hint)
    raise RecipeError(f"{where} wants {_words(hint)}, not {_shown(value)}{trap}")


def _fits(value: object, hint: Any) -> bool:
    origin = typing.get_origin(hint)
    if hint is type(None):
        return value is None
    if origin is Literal:
        return value in typing.get_args(hint)
    if origin is tuple:
        return isinstance(value, list)
    if hint is float:
        return type(value) in (int, float) and _is_finite(value)  # type: ignore[arg-type]
    if hint is int:
        return type(value) is int and -(2**63) <= value < 2**63  # True is no int here
    return type(value) is hint


def _is_finite(number: float) -> bool:
    """Return whether a number is ordinary: YAML knows .inf and .nan, and integers of any size."""
    return abs(number) <= sys.float_info.max


def _words(hint: Any) -> str:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, typing.Union):
        return " or ".join(_words(kind) for kind in inner)
    if origin is Literal:
        return "one of " + ", ".join(map(repr, inner))
    if origin is tuple:
        return f"a list, each {_words(inner[0])}"
    names = {int: "a whole number", float: "a number", str: "a text", bool: "true or false"}
    return names.get(hint, "null")


def _yaml_trap(value: object, hint: Any) -> str:
    """Explain a value that YAML 1.1 reads otherwise than meant: `no` as false, `1e-5` as a text."""
    if isinstance(value, bool) and hint is str:
        return " (YAML reads yes, no, on, off as true and false; put it in quotes)"
    if isinstance(value, str) and hint in (int, float):
        return " (YAML reads 1e5 as a text; write 1.0e+5 or 100_000)" if "e" in value else ""
    return ""


def _one_line(error: yaml.YAMLError) -> str:
    return printable(" ".join(str(error).split()), 400)


def _shown(value: object) -> str:
    """Return the value's repr, cut: a value may be as large as the file."""
    return printable(_REPR.repr(value))
