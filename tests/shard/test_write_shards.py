import hashlib
import json
import tarfile
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.shard.write_shards import WriteShards
from crawl2clip.shared.run_context import RunContext
from tests.shard.test_tar import picture


def pairs(spark: SparkSession, number: int) -> DataFrame:
    rows = [
        (hashlib.md5(str(i).encode()).hexdigest(), f"caption {i}", picture(), 4, [i, i + 1])
        for i in range(number)
    ]
    columns = "uid STRING, text STRING, image BINARY, width INT, entry_ids ARRAY<INT>"
    return spark.createDataFrame(rows, columns)


def written(
    spark: SparkSession, table: DataFrame, folder: Path, settings: WriteShards
) -> DataFrame:
    stage = settings.in_run(RunContext(str(folder)))
    index = spark.createDataFrame(stage(table).collect(), stage(table).schema)
    stage.finish(index)
    return index


def captions(folder: Path) -> list[str]:
    found = []
    for path in sorted(folder.glob("*.tar")):
        with tarfile.open(path) as tar:
            found += [
                tar.extractfile(m).read().decode()  # type: ignore[union-attr]
                for m in tar
                if m.name.endswith(".txt")
            ]
    return found


def test_each_pair_is_in_one_shard(spark: SparkSession, tmp_path: Path) -> None:
    index = written(spark, pairs(spark, 100), tmp_path, WriteShards(pairs_per_shard=30)).collect()

    assert sorted(captions(tmp_path / "shards")) == sorted(f"caption {i}" for i in range(100))
    assert sum(row.shard_pairs for row in index) == 100
    assert len(index) == 4
    sizes = json.loads((tmp_path / "shards" / "sizes.json").read_text())
    assert sizes == {Path(row.shard_path).name: row.shard_pairs for row in index}


def test_partitions_do_not_change_a_byte(spark: SparkSession, tmp_path: Path) -> None:
    stage = WriteShards(pairs_per_shard=15).in_run(RunContext(str(tmp_path)))
    table = pairs(spark, 60)
    hashes = [
        sorted((row.shard_path, row.shard_sha256) for row in stage(table.repartition(n)).collect())
        for n in (1, 2, 7)
    ]

    assert hashes[0] == hashes[1] == hashes[2]


def test_what_an_earlier_attempt_left_is_cleared(spark: SparkSession, tmp_path: Path) -> None:
    folder = tmp_path / "shards"
    folder.mkdir()
    for name in ("00099.tar", "00000.tar.1f.tmp", "notes.txt"):
        (folder / name).write_text("left")

    written(spark, pairs(spark, 5), tmp_path, WriteShards())

    assert {p.name for p in folder.iterdir()} == {"00000.tar", "sizes.json", "notes.txt"}


def test_nothing_makes_no_shard(spark: SparkSession, tmp_path: Path) -> None:
    assert written(spark, pairs(spark, 5).limit(0), tmp_path, WriteShards()).count() == 0
    assert json.loads((tmp_path / "shards" / "sizes.json").read_text()) == {}


def test_outside_a_run_it_says_that_it_is_part_of_none(spark: SparkSession) -> None:
    with pytest.raises(RuntimeError, match="is part of none"):
        WriteShards()(pairs(spark, 1))
