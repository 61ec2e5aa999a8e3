import argparse
import traceback
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import _parser, main
from crawl2clip.spark.sql_conditions import ALLOW_CODE

COMMANDS = sorted(
    name
    for action in _parser()._actions
    if isinstance(action, argparse._SubParsersAction)
    for name in action.choices
)


def ended(argv: list[str]) -> int:
    with pytest.raises(SystemExit) as end:
        main(argv)
    return int(end.value.code or 0)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ended([command, "--help"]) == 0
    assert f"example: crawl2clip {command}" in capsys.readouterr().out


def test_list_shows_steps_with_settings_and_defaults(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["list"]) == 0

    out = capsys.readouterr().out
    assert "caption_length  Keep texts of" in out
    assert "min_words" in out
    assert "needed" in out


@pytest.mark.parametrize(
    ("step", "hint"),
    [
        ("caption_lenght", "did you mean 'caption_length'?"),
        ("caption_length: {min_word: 3}", "did you mean 'min_words'?"),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_misspelt_recipe_ends_with_2_and_a_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str, step: str, hint: str
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text(f"recipe: r\njobs:\n  filter:\n    - {step}\n")
    options = ["--run-dir", str(tmp_path)] if command == "run" else []

    assert ended([command, str(path), *options]) == 2

    err = capsys.readouterr().err
    assert err.startswith("error: r.yaml: filter, step 1: ")
    assert hint in err
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", ["check", "run", "preview"])
def test_a_recipe_that_leaves_its_rows_ends_with_2_and_one_line(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    path, pairs = tmp_path / "r.yaml", tmp_path / "pairs.parquet"
    path.write_text("recipe: r\njobs:\n  filter:\n    - where: reflect('a', 'b') is null\n")
    spark.createDataFrame([("u", "a dog")], "url STRING, text STRING").write.parquet(str(pairs))
    run = ["--source", str(pairs), "--run-dir", str(tmp_path / "run")]
    options = {"check": [], "run": run, "preview": ["filter", *run]}[command]

    assert ended([command, str(path), *options]) == 2

    err = capsys.readouterr().err
    assert err.startswith("error: r: filter, step 1: Where(")
    assert "reflect is not one of Spark's functions" in err
    assert err.count("\n") == 1


def test_allow_code_allows_a_recipe_all_of_spark_sql(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("recipe: r\njobs:\n  filter:\n    - where: rand() < 0.5\n")

    assert ended(["check", str(path)]) == 2
    try:
        assert ended(["check", str(path), "--allow-code"]) == 0
    finally:
        spark.conf.unset(ALLOW_CODE)


def test_check_says_when_nothing_is_wrong(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("recipe: r\njobs:\n  filter:\n    - caption_length\n")

    assert ended(["check", str(path)]) == 0
    assert "r: filter: nothing wrong" in capsys.readouterr().out


def test_a_source_that_is_not_there_ends_with_2(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("recipe: r\njobs:\n  extract:\n")
    source = str(tmp_path / "none.warc.gz")

    assert ended(["run", str(path), "--source", source, "--run-dir", str(tmp_path / "run")]) == 2
    assert f"there is no {source}; give a .warc.gz or .warc.wat.gz file" in capsys.readouterr().err


def test_preview_shows_what_a_filter_throws_away_and_keeps(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts = ["a red dog", "a dog", "one more red dog", "cat"]
    rows = [(f"http://x.example/{i}", text) for i, text in enumerate(texts)]
    table = str(tmp_path / "pairs.parquet")
    spark.createDataFrame(rows, "url STRING, text STRING").write.parquet(table)
    path = tmp_path / "r.yaml"
    path.write_text(
        "recipe: r\njobs:\n  filter:\n    - where: text <> 'cat'\n    - caption_length\n"
    )
    command = ["preview", str(path), "filter", "--source", table, "--run-dir", str(tmp_path)]

    assert ended([*command, "--step", "2"]) == 0

    thrown, kept = capsys.readouterr().out.split("keeps")
    assert "CaptionLength(min_words=3, max_words=20" in thrown
    assert "a dog" in thrown
    assert "red" not in thrown
    assert "a red dog" in kept
    assert "one more red dog" in kept
    assert "cat" not in thrown + kept
    assert ended([*command, "--step", "3"]) == 2
    assert "there is no filter at step 3" in capsys.readouterr().err


def test_a_funnel_needs_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("recipe: r\njobs:\n  filter:\n")

    assert ended(["funnel", str(path), "--run-dir", str(tmp_path)]) == 2
    assert "holds no finished job of r" in capsys.readouterr().err


def test_a_sample_that_can_not_be_made_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(["sample", str(tmp_path / "s"), "--pages", "1"]) == 2
    assert "pages is 1, but must be at least 24" in capsys.readouterr().err


def test_crawl_writes_a_list_of_archives(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"crawl-data/CC-MAIN-2026-05/{n}.warc.gz" for n in range(5)]
    (tmp_path / "all.paths").write_text("\n".join(names))
    options = ["--paths", str(tmp_path / "all.paths"), "--base", "s3://commoncrawl/"]
    to = str(tmp_path / "some.paths")

    assert ended(["crawl", "CC-MAIN-2026-05", "--files", "2", *options, "--to", to]) == 0

    about, *chosen = Path(to).read_text().splitlines()
    assert capsys.readouterr().out.strip() == to
    assert about.startswith("# 2 of 5 files of CC-MAIN-2026-05, seed 0")
    assert set(chosen) < {f"s3://commoncrawl/{name}" for name in names}
    assert len(set(chosen)) == 2


def test_a_crawl_that_can_not_be_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert ended(["crawl", "cc-main-2026-05", "--files", "2"]) == 2
    assert "did you mean CC-MAIN-2026-05?" in capsys.readouterr().err


@pytest.mark.parametrize(
    "argv",
    [
        ["run", "s3x://key:SECRET@bucket/r.yaml", "--source", "x", "--run-dir", "y"],
        ["crawl", "CC-MAIN-2026-05", "--files", "https://u:SECRET@h/x?sig=SECRET"],
        ["crawl", "CC-MAIN-2026-05", "--files", "1", "--paths", "http://u:SECRET@127.0.0.1:1:x/"],
        ["list", "https://u:SECRET@h/x?sig=SECRET"],
        ["funnel", "conf/recipes/align.yaml", "--run-dir", "memory://u:SECRET@h/x"],
        ["entries", "--to", "memory://x", "--wiki", "memory://u:SECRET@h/x?token=SECRET"],
    ],
)
def test_errors_repeat_no_secret_of_what_was_given(
    argv: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises((SystemExit, ValueError, OSError)) as end:
        main(argv)

    said = capsys.readouterr()
    assert "SECRET" not in said.out + said.err
    if isinstance(end.value, SystemExit):
        assert end.value.code == 2
    else:
        assert "SECRET" not in "".join(traceback.format_exception(end.value))
