import hashlib
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter import keep_subset
from crawl2clip.filter.keep_subset import KeepSubset


def uid(number: int) -> str:
    return hashlib.md5(str(number).encode()).hexdigest()


@pytest.mark.parametrize("most_broadcast", [10_000_000, 0])
def test_keeps_the_pairs_that_the_file_names(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most_broadcast: int
) -> None:
    monkeypatch.setattr(keep_subset, "MOST_BROADCAST", most_broadcast)
    path = str(tmp_path / "subset.npy")
    chosen = [uid(i) for i in (1, 3, 3, 999)]
    halves = sorted((int(u[:16], 16), int(u[16:], 16)) for u in chosen)
    np.save(path, np.array(halves, "u8,u8"))
    rows = [(uid(i), f"text {i}", None) for i in (0, 1, 2, 3, 3)]
    rows += [(uid(4), None, "http 404"), (None, None, "bad page: x")]
    pairs = spark.createDataFrame(rows, "uid STRING, text STRING, problem STRING").repartition(3)

    kept = pairs.transform(KeepSubset(path))

    assert kept.columns == pairs.columns
    assert sorted((row.text or row.problem) for row in kept.collect()) == [
        "bad page: x",
        "http 404",
        "text 1",
        "text 3",
        "text 3",
    ]


def test_an_empty_subset_keeps_nothing(spark: SparkSession, tmp_path: Path) -> None:
    path = str(tmp_path / "subset.npy")
    np.save(path, np.array([], "u8,u8"))
    pairs = spark.createDataFrame([(uid(1),)], "uid STRING")

    assert pairs.transform(KeepSubset(path)).count() == 0


def test_a_file_that_is_no_subset_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no subset file"):
        KeepSubset(str(tmp_path / "gone.npy")).check()
