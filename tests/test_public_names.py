"""What `import crawl2clip` gives, and what it costs."""

import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

import crawl2clip

ROOT = Path(__file__).parents[1]


def test_importing_the_package_loads_none_of_its_modules_and_no_library() -> None:
    script = "import sys; before = set(sys.modules); import crawl2clip\n"
    script += "print(*sorted(name.partition('.')[0] for name in set(sys.modules) - before))"

    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert set(done.stdout.split()) - set(sys.stdlib_module_names) == {"crawl2clip"}
    assert done.stdout.split().count("crawl2clip") == 1


def test_each_public_name_is_what_its_module_defines() -> None:
    from crawl2clip.engine import run
    from crawl2clip.recipe import load_recipe
    from crawl2clip.stage import Filter

    assert crawl2clip.Filter is Filter
    assert crawl2clip.load_recipe is load_recipe
    assert (crawl2clip.Run, crawl2clip.run_job) == (run.Run, run.run_job)


@pytest.mark.parametrize("name", crawl2clip.__all__)
def test_each_public_name_says_what_it_is(name: str) -> None:
    found = getattr(crawl2clip, name)

    assert found.__name__ == name
    assert len(found.__doc__ or "") > 20
    assert name in dir(crawl2clip)


def test_star_import_and_submodules_work_beside_the_public_names() -> None:
    script = "from crawl2clip import *; from crawl2clip import schema; print(Stage, schema.COLUMNS)"

    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AttributeError, match="'crawl2clip' has no attribute 'load_recipee'"):
        crawl2clip.load_recipee  # noqa: B018
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        from crawl2clip import nothing  # noqa: F401


def test_the_version_stands_in_one_place() -> None:
    done = subprocess.run(
        [sys.executable, "setup.py", "--quiet", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.split()[-1] == crawl2clip.__version__
    assert f'"{crawl2clip.__version__}"' not in (ROOT / "setup.py").read_text("utf-8")
    assert metadata.version("crawl2clip") == crawl2clip.__version__
