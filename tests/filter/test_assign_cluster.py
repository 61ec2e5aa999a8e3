"""From embeddings of target images to the pairs that stand among them."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.filter.assign_cluster import AssignCluster
from crawl2clip.filter.keep_clusters import KeepClusters


def test_each_image_gets_the_centre_it_is_nearest_to_and_those_near_targets_stay(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    centres, targets = str(tmp_path / "centres.npz"), str(tmp_path / "targets.npy")
    np.savez(centres, small=np.eye(2), large=np.eye(4, dtype=np.float16) / 2)
    np.save(targets, np.array([[0, 1, 0.2, 0], [0.1, 5, 0, 0], [0, 0, 0, 1]]))
    options = ["--centres", centres, "--centres-array", "large", "--to", str(tmp_path / "t.npy")]
    with pytest.raises(SystemExit) as ended:
        main(["target-clusters", targets, *options])
    assert ended.value.code == 0
    assert "3 images stand in 2 of 4 clusters" in capsys.readouterr().out
    rows = [
        ("in 1", [0.1, 0.9, 0.0, 0.0], None),
        ("in 3", [0.0, 0.0, 3.0, 4.0], None),
        ("in 0", [1.0, 0.9, 0.0, 0.0], None),
        ("zero", [0.0] * 4, None),
        ("none", None, None),
        ("gone", None, "http 404"),
    ]
    pairs = spark.createDataFrame(rows, "uid STRING, image_embedding ARRAY<FLOAT>, problem STRING")

    assigned = AssignCluster(centres, "large")(pairs.repartition(3))
    kept = KeepClusters(str(tmp_path / "t.npy"))(assigned)

    assert {row.uid: row.image_cluster for row in assigned.collect()} == {
        "in 1": 1, "in 3": 3, "in 0": 0, "zero": None, "none": None, "gone": None
    }  # fmt: skip
    assert {row.uid for row in kept.collect()} == {"in 1", "in 3", "gone"}


def test_targets_may_be_a_table_of_embeddings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    np.save(tmp_path / "centres.npy", np.eye(3))
    table = pa.table({"image_embedding": [[0.0, 0.0, 2.0], None, [0.1, 0.0, 1.0]]})
    (tmp_path / "targets").mkdir()
    pq.write_table(table, tmp_path / "targets" / "part-0.parquet")
    options = ["--centres", str(tmp_path / "centres.npy"), "--to", str(tmp_path / "t.npy")]

    codes = []
    for column in ("image_embedding", "no"):
        with pytest.raises(SystemExit) as ended:
            main(["target-clusters", str(tmp_path / "targets"), *options, "--embedding", column])
        codes.append(ended.value.code)

    assert codes == [0, 2]
    assert np.load(tmp_path / "t.npy").tolist() == [2]
    assert "has no no; there are image_embedding" in capsys.readouterr().err


def test_a_file_without_centres_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "list.npy", np.arange(3))
    np.save(tmp_path / "none.npy", np.empty((0, 3)))

    for name in ("list.npy", "none.npy"):
        with pytest.raises(ValueError, match=r"centres are \(number, dimensions\)"):
            AssignCluster(str(tmp_path / name)).check()
