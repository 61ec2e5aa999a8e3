"""Which files a step's rows depend on, against what Python itself finds and loads."""

import ast
import re
import shutil
from collections.abc import Iterator
from modulefinder import ModuleFinder
from pathlib import Path

import pytest
import yaml

from crawl2clip.engine import code_closure
from crawl2clip.engine.code_closure import NO_ROWS, PACKAGE, Package
from crawl2clip.engine.run import _EXECUTORS
from crawl2clip.engine.table_source import read_pairs
from crawl2clip.extract.warc_pairs import ReadArchive
from crawl2clip.stage import Stage, load_stages

ROOT = code_closure.own_package().root
RECIPES = sorted(Path("conf/recipes").glob("*.yaml"))
ENGINE = {function.__module__ for function in _EXECUTORS}
ARCHIVES, TABLES = ReadArchive.__module__, read_pairs.__module__
# Where modules are imported by computed names: public names, all rooms for the names of steps, all
# commands.
DYNAMIC = {"__init__.py", "stage.py", "__main__.py"}


def package_of(folder: Path, **files: str) -> Package:
    """A package `p` of these files, by name with __ for /."""
    for name, text in files.items():
        path = folder / "p" / (name.replace("__", "/").replace("/init/", "__init__") + ".py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return Package(folder / "p", "p")


def digests(closure: dict[str, code_closure.File]) -> dict[str, str]:
    return {path: file.digest for path, file in closure.items()}


@pytest.mark.parametrize(
    "line",
    [
        "import p.room.found",
        "import p.room.found as other",
        "from p.room import found",
        "from p.room import other, found as f",
        "from p.room.found import name",
        "from p.room.found import *",
        "from .room import found",
        "from .room.found import name",
        "def f():\n    from p.room import found",
        "class C:\n    def f(self):\n        import p.room.found",
        "try:\n    import json\nexcept ImportError:\n    from p.room import found",
        "match 1:\n    case 1:\n        import p.room.found",
        "if not TYPE_CHECKING:\n    import p.room.found",
        "if TYPE_CHECKING:\n    pass\nelse:\n    import p.room.found",
    ],
)
def test_finds_every_kind_of_import(tmp_path: Path, line: str) -> None:
    (tmp_path / "p" / "room").mkdir(parents=True)
    (tmp_path / "p" / "room" / "__init__.py").write_text("x = 1")
    package = package_of(
        tmp_path, step=line, room__found="y = 2", room__other="", room__far="z = 3"
    )

    assert package.closure(["p.step"]).keys() == {"step.py", "room/__init__.py", "room/found.py"}


def test_follows_relative_imports_from_rooms_and_circles(tmp_path: Path) -> None:
    package = package_of(
        tmp_path,
        room__a="from . import b\nfrom ..low import x",
        room__b="from .a import y",
        low="1+1",
    )

    assert package.closure(["p.room.a"]).keys() == {"room/a.py", "room/b.py", "low.py"}


def test_imports_for_type_checkers_do_not_count(tmp_path: Path) -> None:
    lines = (
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import far, p.low\n"
        "def f():\n    if typing.TYPE_CHECKING:\n        from p import low\n"
    )
    package = package_of(tmp_path, step=lines, low="y = 2")

    found = package.closure(["p.step"])

    assert found.keys() == {"step.py"}
    assert found["step.py"].libraries == {"typing"}


def test_a_file_that_the_code_names_counts(tmp_path: Path) -> None:
    package_of(tmp_path, step="open(HERE / 'data' / 'words.json')", other="")
    (tmp_path / "p" / "data").mkdir()
    for name in ("words.json", "others.json"):
        (tmp_path / "p" / "data" / name).write_text("[]")
    package = Package(tmp_path / "p", "p")

    assert package.closure(["p.step"]).keys() == {"step.py", "data/words.json"}


SAME = '''"""Doc."""
class Odd(Exception):
    """What is odd."""
# why
def f(a,
      b):
    """Does it."""
    return [a,
            b]   # both
'''
CODE = "class Odd(Exception): pass\ndef f(a, b):\n    return [a, b]\n"


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (SAME, True),
        (CODE + "\n\n# more\n", True),
        (CODE.replace("b]", "a]"), False),
        (CODE + "'no docstring' + x\n", False),
        (CODE.replace("a, b)", "a, b=1)"), False),
        ("from x import y\n" + CODE, False),
    ],
)
def test_comments_docstrings_and_lines_of_python_do_not_count(
    tmp_path: Path, text: str, same: bool
) -> None:
    first = package_of(tmp_path, step=CODE).closure(["p.step"])

    assert (package_of(tmp_path, step=text).closure(["p.step"]) == first) is same


C = '#include "n/h.h"\n#define TWO (2)\nint f(int a) { return a+TWO; } char *s = "a // b  c";\n'


@pytest.mark.parametrize(
    ("text", "same"),
    [
        (C.replace(" { ", '\n{\n\t/* why: "so" */ '), True),
        (C.replace("a+TWO;", "a + TWO; // it's\n"), True),
        (C.replace("(2)", "\\\n  (2)"), True),
        (C.replace("// b", "// c"), False),
        (C.replace("b  c", "b c"), False),
        (C.replace("TWO (2)", "TWO(2)"), False),
        (C.replace("a+TWO", "a + +TWO"), False),
        (C.replace("(2)\n", "(2) "), False),
    ],
)
def test_comments_and_white_space_of_c_do_not_count(tmp_path: Path, text: str, same: bool) -> None:
    prints = []
    for source in (C, text):
        package_of(tmp_path, step="from p import _fast", unused="")
        (tmp_path / "p" / "n").mkdir(exist_ok=True)
        (tmp_path / "p" / "n" / "h.h").write_text("int g;")
        (tmp_path / "p" / "_fast.c").write_text(source)
        prints.append(Package(tmp_path / "p", "p").closure(["p.step"]))

    assert prints[0].keys() == {"step.py", "_fast.c", "n/h.h"}
    assert (prints[0] == prints[1]) is same


def test_a_column_counts_where_it_is_mentioned_and_by_its_type(tmp_path: Path) -> None:
    def of(folder: str, schema: str) -> Package:
        text = f"COLUMNS: dict = {{{schema}}}\ndef f(): return COLUMNS\n"
        return package_of(tmp_path / folder, schema=text, step="import p.schema; x = row.url")

    first = of("a", "'url': (S(), 'where'), 'text': (S(), 'what')")
    meaning = of("b", "'url': (S(), 'an address'), 'text': (S(), 'what'), 'new': (S(), '')")
    kind = of("c", "'url': (L(), 'where'), 'text': (S(), 'what')")

    closure = first.closure(["p.step"])
    assert closure["step.py"].columns == {"url"}
    assert digests(closure) == digests(meaning.closure(["p.step"]))
    assert digests(closure) == digests(kind.closure(["p.step"]))
    assert first.columns == {name: meaning.columns[name] for name in ("url", "text")}
    assert first.columns["url"] != kind.columns["url"]


def test_what_is_not_followed_is_there() -> None:
    assert Package(ROOT)._modules.keys() >= NO_ROWS


def test_no_module_that_rows_depend_on_imports_by_a_computed_name() -> None:
    odd = re.compile(r"import_module|__import__|runpy|spec_from|SourceFileLoader|\bexec\(")
    texts = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8")
             for path in ROOT.rglob("*.py")}  # fmt: skip

    assert {name for name, text in texts.items() if odd.search(text)} == DYNAMIC


def roots() -> dict[str, str]:
    return {name: step.__module__ for name, step in load_stages().items()} | {
        module: module for module in (*ENGINE, ARCHIVES, TABLES)
    }


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package's source in a folder of its own."""
    folder = tmp_path_factory.mktemp("copy") / PACKAGE
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    return folder


@pytest.fixture(scope="module")
def found_by_python(copied: Path) -> dict[str, set[str]]:
    """The files with code that the standard library finds the roots to import."""
    plain = copied.parent / "plain" / PACKAGE
    shutil.copytree(copied, plain)
    for path in plain.rglob("*.py"):  # Python compiles nothing of what stands behind `if 0`
        path.write_text(path.read_text("utf-8").replace("if TYPE_CHECKING:", "if 0:"), "utf-8")
    return {module: set(modules_of(module, plain)) for module in set(roots().values())}


def modules_of(module: str, folder: Path) -> Iterator[str]:
    finder = ModuleFinder([str(folder.parent)], excludes=sorted(NO_ROWS - {PACKAGE}))
    finder.import_hook(module)
    ours = {name: each for name, each in finder.modules.items() if name.startswith(f"{PACKAGE}.")}
    for each in ours.values():
        path = Path(str(each.__file__)).relative_to(folder)
        if has_code((folder / path).read_text("utf-8")):
            yield path.as_posix()


def has_code(text: str) -> bool:
    """Return whether anything but a docstring stands in the module."""
    module = ast.parse(text)
    return len(module.body) > (ast.get_docstring(module) is not None)


def test_finds_the_modules_that_the_standard_library_finds(
    copied: Path, found_by_python: dict[str, set[str]]
) -> None:
    package = Package(copied)
    found = {module: {path for path in package.closure([module]) if path.endswith(".py")}
             for module in found_by_python}  # fmt: skip

    assert found == found_by_python
    assert min(map(len, found.values())) > 3


def jobs() -> dict[str, set[str]]:
    """The modules that jobs of the published recipes start from, for jobs that differ in them."""
    stages: dict[str, type[Stage]] = load_stages()
    found: dict[frozenset[str], str] = {}
    for recipe in RECIPES:
        for place, (job, steps) in enumerate(yaml.safe_load(recipe.read_text())["jobs"].items()):
            names = [step if isinstance(step, str) else next(iter(step)) for step in steps or ()]
            first = {ARCHIVES} if place == 0 else set()
            starts = frozenset({stages[n].__module__ for n in names} | first | ENGINE)
            found[starts] = f"{recipe.stem} {job}"
    return {job: set(starts) for starts, job in found.items()}


def test_each_module_changes_the_jobs_that_import_it_and_only_by_its_code(
    copied: Path, found_by_python: dict[str, set[str]]
) -> None:
    package, starts = Package(copied), jobs()
    must = {job: set().union(*(found_by_python[module] for module in modules))
            for job, modules in starts.items()}  # fmt: skip
    before = {job: package.closure(modules) for job, modules in starts.items()}
    for path in sorted(copied.rglob("*.py")):
        name, text = path.relative_to(copied).as_posix(), path.read_text("utf-8")
        if not has_code(text):
            continue
        path.write_text(f'"""Another docstring."""\n# and why\n{text}', "utf-8")
        assert changed(package, path, before, starts) == set(), name
        path.write_text(f"{text}\nchanged = True\n", "utf-8")
        expected = {job for job in starts if name in must[job]}
        assert changed(package, path, before, starts) == expected, name
        path.write_text(text, "utf-8")
        package._files.pop(path, None)


def changed(
    package: Package,
    path: Path,
    before: dict[str, dict[str, code_closure.File]],
    starts: dict[str, set[str]],
) -> set[str]:
    package._files.pop(path, None)  # of all files it reads this one again
    return {job for job, modules in starts.items() if package.closure(modules) != before[job]}


@pytest.mark.parametrize(
    ("file", "steps"),
    [
        ("extract/html/srcset.py", {ARCHIVES}),
        ("extract/native/html5/tags.h", {ARCHIVES}),
        ("extract/native/md5.h", {ARCHIVES}),
        ("extract/native/_headers.c", {ARCHIVES}),
        ("shared/native/check.h", {ARCHIVES, "score_clip"}),
        ("score/native/_resample.c", {"score_clip"}),
        ("filter/blocklists/word_matcher.py", {"blocked_words"}),
        (
            "shared/spark_xxhash.py",
            {
                *("balance_entries", "caption_length", "rare_tokens", "download_images"),
                *("sem_dedup", "write_shards"),
            },
        ),
        ("shared/opt_out.py", {"respect_opt_out", "download_images", ARCHIVES}),
        ("engine/table_source.py", {TABLES}),
        ("engine/worker_executor.py", {*ENGINE, TABLES}),
        ("engine/parquet_writer.py", {*ENGINE, TABLES}),
        ("report/html.py", set()),
        ("engine/progress.py", set()),
        ("io/terminal.py", set()),
        ("cli/commands/recipes.py", set()),
        ("recipe.py", set()),
        ("engine/job_report.py", set()),
        ("engine/log4j2.properties", set()),
    ],
)
def test_what_depends_on_a_file(file: str, steps: set[str]) -> None:
    assert (ROOT / file).is_file()
    package = code_closure.own_package()
    found = {name for name, module in roots().items() if file in package.closure([module])}

    assert found - ENGINE == steps - ENGINE
    assert bool(found & ENGINE) == bool(steps & ENGINE)


def test_installed_packages_bring_the_c_sources() -> None:
    assert '("j2", "css", "pyi", "c", "h", "properties")' in Path("setup.py").read_text("utf-8")
