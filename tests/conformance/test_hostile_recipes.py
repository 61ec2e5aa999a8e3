"""Recipes and a table of others' making that did harm once: each ends soon, and says what it is."""

import time
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from tests.conformance import SHARED

HOSTILE = SHARED / "field" / "hostile"

pytestmark = pytest.mark.skipif(not HOSTILE.exists(), reason=f"there is no {HOSTILE}")


def ended(*argv: str) -> int:
    with pytest.raises(SystemExit) as end:
        main(argv)
    return int(end.value.code or 0)


@pytest.mark.parametrize("name", ["recipe-reads-files-and-network.yaml", "yaml-bomb.yaml"])
def test_a_hostile_recipe_is_refused_in_a_line(
    spark: SparkSession, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    started = time.process_time()

    assert ended("check", str(HOSTILE / name)) == 2

    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert len(err) < 1_000
    assert time.process_time() - started < 10


def test_a_table_with_a_text_that_is_no_utf_8_runs(spark: SparkSession, tmp_path: Path) -> None:
    recipe = tmp_path / "r.yaml"
    recipe.write_text("recipe: r\njobs:\n  language:\n    - detect_language\n")
    source = ["--source", str(HOSTILE / "not-utf8.parquet"), "--run-dir", str(tmp_path / "run")]

    assert ended("run", str(recipe), *source) == 0
    assert "text is no UTF-8" in (tmp_path / "run" / "language.json").read_text("utf-8")
