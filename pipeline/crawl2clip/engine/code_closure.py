"""The code that a job's rows depend on: the files that a module reaches, and a digest of each.

Everything is read from the source, and nothing is imported: a driver need not have what executors
have. Comments, docstrings, line breaks and imports for type checkers alone do not count.
"""

import ast
import functools
import hashlib
import os
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = __name__.partition(".")[0]

# Imports of these are not followed. What a recipe or a source says is in the fingerprint itself;
# the others name, record and collect garbage, and see no row; the package itself names what users
# import, and its version.
NO_ROWS = frozenset(
    {
        "crawl2clip",
        "crawl2clip.engine.fingerprint",
        "crawl2clip.engine.job_report",
        "crawl2clip.recipe",
        "crawl2clip.engine.session",
        "crawl2clip.engine.source",
        "crawl2clip.shared.gc_freeze",
    }
)
# The columns that the code mentions count, each by its type, and not the whole dictionary.
SCHEMA, COLUMNS = "schema.py", "COLUMNS"

_NOT_DATA = {".py", ".pyc", ".pyi", ".pyd", ".so", ".c", ".h", ".md"}
_COMMENT = re.compile(r'//[^\n]*|/\*.*?\*/|("(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\')', re.DOTALL)
_TOKEN = re.compile(
    r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'|\w+|\s+|<<=|>>=|\.\.\.|->|\+\+|--|&&|\|\||##|<<|>>'
    r"|[-+*/%&|^<>=!]=|."
)
_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


class File(NamedTuple):
    """A file of the package: its digest and what it refers to.

    digest: 16 hex digits that change when the code does; '' if there is none in the file. reaches:
    files that it imports, includes or names. libraries: the modules, by the first part of their
    names, that it imports of other packages. columns: those of the schema that it mentions.
    """

    digest: str
    reaches: frozenset[Path] = frozenset()
    libraries: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()


class Package:
    """The source files of a package. root: its folder. name: as it is imported."""

    def __init__(self, root: Path, name: str = PACKAGE) -> None:
        self.root, self.name = root, name
        found = sorted(path for path in root.rglob("*") if "__pycache__" not in path.parts)
        self._modules = {self._dotted(path): path for path in found if path.suffix in (".py", ".c")}
        self._shown = {path: path.relative_to(root).as_posix() for path in found}
        self._data = [path for path in found if path.is_file() and path.suffix not in _NOT_DATA]
        self._files: dict[Path, File] = {}

    def closure(self, modules: Iterable[str]) -> dict[str, File]:
        """Return the files with code that the modules reach, themselves included, by path.

        A module of another package counts by its own file and by what it imports of this one.
        Raises KeyError for a module that is not there.
        """
        to_do = [self._path(module) for module in modules]
        found: dict[Path, File] = {}
        while to_do:
            path = to_do.pop()
            if path not in found:
                found[path] = self._file(path)
                to_do += found[path].reaches
        shown = {self._shown.get(path, path.name): file for path, file in found.items()}
        return {name: file for name, file in sorted(shown.items()) if file.digest}

    @functools.cached_property
    def columns(self) -> dict[str, str]:
        """Return digests of the types of the schema's columns, by name, whatever they mean."""
        path = self.root / SCHEMA
        tables = filter(_is_columns, ast.parse(path.read_bytes()).body if path.is_file() else ())
        return {name: digest for table in tables for name, digest in _types(table)}

    def _path(self, module: str) -> Path:
        if module in self._modules or self._is_ours(module):
            return self._modules[module]
        return Path(str(sys.modules[module].__file__))

    def _file(self, path: Path) -> File:
        if path not in self._files:
            read = {".py": self._python, ".c": _native, ".h": _native}.get(path.suffix, _data)
            self._files[path] = read(path)
        return self._files[path]

    def _python(self, path: Path) -> File:
        text = path.read_text("utf-8")
        tree = ast.parse(text)
        if path == self.root / SCHEMA:
            tree.body = [node for node in tree.body if not _is_columns(node)]
        imported = set(_imported(_statements(tree.body), self._package_of(path)))
        code = ast.dump(tree) if tree.body else ""
        named = {data for data in self._data if path.parent in data.parents
                 and f"'{data.name}'" in code}  # fmt: skip
        return File(
            _digest(code) if code else "",
            frozenset(self._reached(imported) | named),
            frozenset({name.partition(".")[0] for name in imported if not self._is_ours(name)}),
            # The text is shorter, and quicker to search first; its comments do not count.
            frozenset(name for name in self.columns if name in text and name in code),
        )

    def _reached(self, imported: Iterable[str]) -> set[Path]:
        """Return the files of the modules among these names, and of the packages above them."""
        names = {name for each in imported for name in _with_parents(each)}
        return {self._modules[name] for name in names & self._modules.keys() - NO_ROWS}

    def _is_ours(self, name: str) -> bool:
        return name.partition(".")[0] == self.name

    def _dotted(self, path: Path) -> str:
        parts = path.relative_to(self.root).with_suffix("").parts
        return ".".join((self.name, *parts)).removesuffix(".__init__")

    def _package_of(self, path: Path) -> str:
        return self._dotted(path.with_name("__init__.py")) if self.root in path.parents else ""


@functools.cache
def own_package() -> Package:
    """Return this package, reading each of its files once in the life of the process."""
    return Package(Path(sys.modules[PACKAGE].__path__[0]))


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield every statement that does something; take the others out of the tree."""
    body[:] = [node for each in body for node in _doing(each)]
    for node in body:
        yield node
        for inner in ("body", "orelse", "finalbody", "handlers", "cases"):
            for block in _blocks(getattr(node, inner, None)):
                yield from _statements(block)


def _blocks(found: list[ast.AST] | None) -> Iterator[list[ast.stmt]]:
    """Yield the lists of statements in a field: itself, or the bodies of what it lists."""
    if found and isinstance(found[0], ast.ExceptHandler | ast.match_case):
        yield from (each.body for each in found)  # type: ignore[attr-defined]
    elif found:
        yield found  # type: ignore[misc]


def _doing(node: ast.stmt) -> list[ast.stmt]:
    if isinstance(node, ast.Pass):
        return []
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return []  # a docstring, or ...
    if isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        return node.orelse
    return [node]


def _name(node: ast.expr) -> str | None:
    """Return the last part of a dotted name; None if the expression is no name."""
    return getattr(node, "id", getattr(node, "attr", None))


def _imported(statements: Iterable[ast.stmt], package: str) -> Iterator[str]:
    """Yield the dotted names of what may be modules. package: where relative imports start."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            up = package.split(".")[: package.count(".") + 2 - node.level] if node.level else []
            base = ".".join([*up, *([node.module] if node.module else [])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _is_columns(node: ast.stmt) -> bool:
    return isinstance(node, ast.AnnAssign) and _name(node.target) == COLUMNS


def _types(table: ast.stmt) -> Iterator[tuple[str, str]]:
    """Yield each column of the schema with the digest of its type."""
    for key, value in zip(table.value.keys, table.value.values, strict=True):  # type: ignore[attr-defined]
        yield key.value, _digest(ast.dump(value.elts[0]))


def _native(path: Path) -> File:
    """Read a C file, ignoring comments and all white space but the ends of directives."""
    text = path.read_text("utf-8").replace("\\\n", "")
    text = _COMMENT.sub(lambda found: found[1] or " ", text)
    included = {Path(os.path.normpath(path.parent / name)) for name in _INCLUDE.findall(text)}
    return File(_digest(" ".join(filter(None, map(_line, text.splitlines())))), frozenset(included))


def _line(line: str) -> str:
    tokens = _TOKEN.findall(line.strip())
    if not line.lstrip().startswith("#"):
        return " ".join(token for token in tokens if not token.isspace())
    return "\n" + "".join(" " if token.isspace() else token for token in tokens) + "\n"


def _data(path: Path) -> File:
    return File(_digest(path.read_bytes()))


def _digest(code: str | bytes) -> str:
    data = code.encode("utf-8", "surrogatepass") if isinstance(code, str) else code
    return hashlib.blake2b(data, digest_size=8).hexdigest()
