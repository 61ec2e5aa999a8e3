"""Docstrings are sentences that can be read without the name above them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.documentation import ROOT

FRAGMENTS = ("Of ", "Whether ", "What ", "Which ", "Who ", "The same", "None for", "None if ")
FILES = sorted(path for room in ("pipeline", "jobs") for path in (ROOT / room).rglob("*.py"))
NAMED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)


def _docstrings(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, NAMED):
            yield ast.get_docstring(node) or ""


def _fragments(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}: {text.splitlines()[0]}"
        for text in _docstrings(path)
        if text.startswith(FRAGMENTS)
    ]


def test_no_docstring_begins_as_the_rest_of_a_sentence() -> None:
    assert [found for path in FILES for found in _fragments(path)] == []


@pytest.mark.parametrize("start", FRAGMENTS)
def test_a_fragment_is_found_in_a_module_a_class_and_a_method(
    start: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.test_english.ROOT", tmp_path)
    text = f'"""{start} it."""'
    (tmp_path / "a.py").write_text(f"{text}\nclass A:\n  {text}\n  def f(self):\n    {text}\n")

    assert _fragments(tmp_path / "a.py") == [f"a.py: {start} it."] * 3
