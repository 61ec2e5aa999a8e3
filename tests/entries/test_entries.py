"""The command that builds a list."""

import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from tests.entries.dumps import multistream, page


def test_the_command_takes_settings_as_options(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = multistream(tmp_path / "wiki.xml.bz2", [page("Dog", "dog dog red dog dog")])
    options = ["--wordnet", "none", "--wiki", dump, "--least-count", "4", "--numbers", "2"]

    with pytest.raises(SystemExit) as ended:
        main(["entries", "--to", str(tmp_path / "list"), *options])

    assert ended.value.code == 0
    assert json.loads((tmp_path / "list" / "metadata.json").read_text()) == ["0", "1", "dog"]
    assert "unigrams  1" in capsys.readouterr().out


def test_damage_that_loses_part_of_a_dump_shows_in_the_exit_code(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dump = Path(multistream(tmp_path / "wiki.xml.bz2", [page("Dog", "dog")]))
    dump.write_bytes(dump.read_bytes()[:-30])

    with pytest.raises(SystemExit) as ended:
        main(["entries", "--to", str(tmp_path / "list"), "--wordnet", "none", "--wiki", str(dump)])

    assert ended.value.code == 3
    assert "bz2: 1 could not be read" in capsys.readouterr().err


def test_a_mistake_is_one_line_and_code_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["entries", "--to", str(tmp_path), "--ngrams", "a", "--wiki", "b"])

    assert ended.value.code == 2
    assert capsys.readouterr().err == (
        "error: ngrams stands instead of wiki and texts: give one or the other\n"
    )
