from pathlib import Path

import pyarrow.parquet as pq
import pytest

from crawl2clip.__main__ import main

GOOD = ["train-filter", "good", "--to", "x"]
POISON = ["poison", "--good", "g", "--pool", "p", "--judged", "j", "--to", "x", "--pairs"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ([*GOOD, "--batch-size", "1"], "batch_size must be 2"),
        ([*GOOD, "--model", "gone.json"], "no such file"),
        ([*GOOD, "--held-out", "1"], "held_out is a share"),
        ([*GOOD, "--processes", "0"], "processes must be 1"),
        (["filter-quality", "x", "--weights", "w", "--fraction", "0"], "fraction"),
        (["filter-quality", "x", "--weights", ""], "weights needs"),
        ([*POISON, "10"], "less than a batch"),
        ([*POISON, "1000", "--shares", "2"], "shares are 0 to 1"),
        (["draw-pairs", "--to", "x", "--lang", "xx"], "captions in"),
    ],
)
def test_mistakes_are_told_in_a_line_before_anything_starts(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2
    assert why in capsys.readouterr().err
    assert not Path("x").exists()


def test_draws_a_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["draw-pairs", "--to", str(tmp_path / "good"), "--pairs", "3"])

    assert ended.value.code == 0
    assert "3 pairs" in capsys.readouterr().out
    assert pq.read_table(tmp_path / "good").num_rows == 3
