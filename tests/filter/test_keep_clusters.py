"""Which numbers of clusters stay."""

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.keep_clusters import KeepClusters


def test_the_clusters_of_the_file_stay_and_rows_with_a_problem(
    spark: SparkSession, tmp_path: Path
) -> None:
    np.save(tmp_path / "some.npy", np.array([5, 0, 5], np.uint16))
    np.save(tmp_path / "none.npy", np.empty(0, np.int64))
    rows = [(0, None), (1, None), (5, None), (6, None), (None, None), (None, "http 404"), (1, "x")]
    pairs = spark.createDataFrame(rows, "image_cluster INT, problem STRING")

    some, none = (
        [tuple(row) for row in KeepClusters(str(tmp_path / name))(pairs).collect()]
        for name in ("some.npy", "none.npy")
    )

    assert some == [(0, None), (5, None), (None, "http 404"), (1, "x")]
    assert none == [(None, "http 404"), (1, "x")]


def test_a_file_of_something_else_is_refused(spark: SparkSession, tmp_path: Path) -> None:
    np.save(tmp_path / "matrix.npy", np.eye(2))
    np.save(tmp_path / "floats.npy", np.ones(2))

    with pytest.raises(ValueError, match="expected a list"):
        KeepClusters(str(tmp_path / "matrix.npy")).check()
    with pytest.raises(ValueError, match="clusters have whole numbers"):
        KeepClusters(str(tmp_path / "floats.npy")).keep()
