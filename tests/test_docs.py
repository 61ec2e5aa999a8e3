"""What the documentation says is there and runs as written."""

import ast
import re
from pathlib import Path

import pytest
import yaml

import crawl2clip
from crawl2clip.__main__ import _parser
from crawl2clip.recipe import load_recipe, recipe_of
from crawl2clip.stage import load_stages
from tests.documentation import ROOT, anchors, blocks, commands, links, pages, prose

PAGES = sorted(pages())
RECIPES = sorted((ROOT / "conf" / "recipes").glob("*.yaml"))
README = pages()["README.md"]
# A reader without files of his own comes here first.
FIRST = ("README.md", "conf/recipes/README.md", "conf/spark/README.md", "jobs/README.md")
MOST_BYTES, LONG = 12_000, 200
# The commands before it on the page make its side files.
DEMO = "conf/recipes/demo.yaml"
IN_THE_CLONE = re.compile(r"(conf|jobs|pipeline|tests|notebooks)/[\w./-]+")


def _parse(words: list[str]) -> str | None:
    """Why the command's words are no command of ours; None if they are one."""
    try:
        _parser().parse_args(words)
    except SystemExit as refused:
        return f"crawl2clip {' '.join(words)}: exit code {refused.code}"
    return None


def _crawl2clip(words: list[str]) -> list[str] | None:
    """The words behind `crawl2clip`, or behind `jobs/command.py`, which is the same."""
    if words[0] == "crawl2clip":
        return words[1:]
    if "jobs/command.py" in words:
        return words[words.index("jobs/command.py") + 1 :]
    return None


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_ours_is_one(page: str) -> None:
    found = [ours for words in commands(pages()[page]) if (ours := _crawl2clip(words)) is not None]

    assert [wrong for words in found if (wrong := _parse(words))] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_file_of_the_clone_that_a_command_names_is_there(page: str) -> None:
    words = [word for command in commands(pages()[page]) for word in command]

    named = [word for word in words if IN_THE_CLONE.fullmatch(word)]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_is_one(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))

    made = [words[1:] for words in commands(pages()[page]) if words[0] == "make"]
    assert {word for words in made for word in words if "=" not in word} <= targets


def test_commands_are_found_at_all() -> None:
    ours = [words for words in commands(README) if words[0] == "crawl2clip"]

    assert {words[1] for words in ours} >= {"crawl", "run", "preview", "funnel", "train"}
    assert ["make", "demo"] in list(commands(README))


@pytest.mark.parametrize("page", FIRST)
def test_the_recipes_of_first_commands_load_where_no_file_lies(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [word for command in commands(pages()[page]) for word in command]
    named = {word for word in words if word.endswith(".yaml")} - {DEMO}
    monkeypatch.chdir(tmp_path)

    assert named
    assert all(load_recipe(str(ROOT / name)).jobs for name in named)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    assert [link for link in links(pages()[page]) if not _leads(page, link)] == []


def _leads(page: str, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (ROOT / page).parent.joinpath(path).resolve() if path else ROOT / page
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in anchors(target.read_text("utf-8"))


@pytest.mark.parametrize("page", PAGES)
def test_long_pages_begin_with_their_contents(page: str) -> None:
    text = pages()[page]

    is_long = page.endswith(".md") and len(text.splitlines()) > LONG
    assert not is_long or "## Contents" in text


@pytest.mark.parametrize("page", PAGES)
def test_python_and_yaml_in_a_page_are_whole(page: str) -> None:
    for block in blocks(pages()[page]):
        if block.language == "python":
            ast.parse(block.code)
        elif block.language == "yaml":
            _assert_recipe(yaml.safe_load(block.code), page)


def _assert_recipe(found: object, page: str) -> None:
    """Of a whole recipe every setting fits; of a part of one the steps are known."""
    if isinstance(found, dict) and "recipe" in found:
        recipe_of(found, page)
        return
    parts = list(found.values()) if isinstance(found, dict) else [found]
    steps = [step for part in parts if isinstance(part, list) for step in part]
    named = {step if isinstance(step, str) else next(iter(step)) for step in steps}
    assert named <= load_stages().keys(), page


def test_the_readme_is_short() -> None:
    assert len(README.encode()) <= MOST_BYTES


def test_every_recipe_is_in_both_tables() -> None:
    about = pages()["conf/recipes/README.md"]

    for path in RECIPES:
        short = path.stem.replace("datacomp", "", 1)
        assert f"`{path.stem}`" in README or f"`{short}`" in README, path.stem
        assert f"| [{path.stem}]({path.name}) |" in about, path.stem


@pytest.mark.parametrize(("folder", "kind"), [("jobs", "*.py"), ("conf/spark", "*.conf")])
def test_every_script_and_settings_file_is_in_the_table_of_its_folder(
    folder: str, kind: str
) -> None:
    names = {path.name for path in (ROOT / folder).glob(kind)}

    assert {f"| [{name}]({name}) |" for name in names} == set(
        re.findall(r"^\| \[[\w.]+\]\([\w.]+\) \|", pages()[f"{folder}/README.md"], re.MULTILINE)
    )


def test_every_extra_for_users_is_in_the_readme() -> None:
    tree = ast.parse((ROOT / "setup.py").read_text("utf-8"))
    extras = next(
        keyword.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "extras_require"
    )
    assert isinstance(extras, ast.Dict)
    names = {ast.literal_eval(key) for key in extras.keys if key} - {"bench", "test", "dev"}

    table = README.partition("| extra |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == names


def test_the_rooms_have_as_many_steps_as_the_page_says() -> None:
    rooms = [stage.__module__.split(".")[1] for stage in load_stages().values()]

    told = re.findall(r"\[(\d+)\]\(STEPS\.md#steps-of-(\w+)\)", pages()["pipeline/README.md"])
    assert {room: int(number) for number, room in told} == {
        room: rooms.count(room) for room in rooms
    }


def test_every_module_that_the_walks_pass_is_there() -> None:
    text = prose(pages()["pipeline/README.md"]).partition("## Add a step")[0]
    modules = re.findall(r"`([\w/]+\.py)`", text)

    assert len(modules) > 20
    package = ROOT / "pipeline" / "crawl2clip"
    assert [name for name in modules if not (package / name).is_file()] == []


def test_ci_runs_what_runs_here() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    steps = workflow["jobs"]["test"]["steps"]
    versions = {key: value for step in steps for key, value in step.get("with", {}).items()}

    assert steps[-1] == {"run": ".ci/run"}
    assert f'python_requires=">={versions["python-version"]}"' in (ROOT / "setup.py").read_text()
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_the_changelog_knows_the_version() -> None:
    assert f"\n## {crawl2clip.__version__}" in pages()[".github/CHANGELOG.md"]
