import hashlib
from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.filter.keep_subset import KeepSubset
from crawl2clip.filter.spark.subset_writer import write_intersection, write_subset


def uid(number: int) -> str:
    return hashlib.md5(str(number).encode()).hexdigest()


def official(uids: set[str]) -> np.ndarray:
    """As DataComp's code makes a subset."""
    array = np.array([(int(u[:16], 16), int(u[16:], 16)) for u in uids], np.dtype("u8,u8"))
    array.sort()
    return array


def table(spark: SparkSession, numbers: list[int]) -> "object":
    rows = [(uid(i), None) for i in numbers] + [(uid(-1), "http 404"), (None, "bad page: x")]
    return spark.createDataFrame(rows, "uid STRING, problem STRING")


def test_the_file_is_the_official_one_whatever_the_partitions(
    spark: SparkSession, tmp_path: Path
) -> None:
    numbers = [*range(200), 5, 5, 5]
    pairs = table(spark, numbers)
    np.save(tmp_path / "official.npy", official({uid(i) for i in numbers}))

    for partitions in (1, 7):
        path = tmp_path / f"{partitions}.npy"
        assert write_subset(pairs.repartition(partitions), str(path)) == 200  # type: ignore[attr-defined]
        assert path.read_bytes() == (tmp_path / "official.npy").read_bytes()
    assert len(list(tmp_path.iterdir())) == 3, "nothing else is left there"


def test_a_subset_keeps_what_it_was_written_from(spark: SparkSession, tmp_path: Path) -> None:
    few, many = table(spark, list(range(10))), table(spark, list(range(5, 40)))
    names = [str(tmp_path / name) for name in ("few.npy", "many.npy", "both.npy")]
    write_subset(few, names[0])  # type: ignore[arg-type]
    write_subset(many, names[1])  # type: ignore[arg-type]

    assert write_intersection(spark, *names) == 5

    kept = many.transform(KeepSubset(names[2])).where("problem is null")  # type: ignore[attr-defined]
    assert {row.uid for row in kept.collect()} == {uid(i) for i in range(5, 10)}


def test_nothing_makes_an_empty_file(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "none.npy"

    assert write_subset(table(spark, []), str(path)) == 0  # type: ignore[arg-type]
    assert np.load(path).shape == (0,)


def test_what_is_no_uid_is_refused_before_anything_is_written(
    spark: SparkSession, tmp_path: Path
) -> None:
    pairs = spark.createDataFrame([("abc",)], "uid STRING")

    with pytest.raises(ValueError, match="'abc' is not a uid of 32 hex digits"):
        write_subset(pairs, str(tmp_path / "x.npy"))
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_and_intersects(
    spark: SparkSession, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = str(tmp_path / "table"), str(tmp_path / "out.npy")
    table(spark, [1, 2]).write.parquet(folder)  # type: ignore[attr-defined]

    def ended(*argv: str) -> tuple[int, str]:
        with pytest.raises(SystemExit) as end:
            main(["subset", *argv])
        said = capsys.readouterr()
        return int(end.value.code or 0), said.out + said.err

    assert ended("write", folder, out) == (0, f"{out}: 2 uids\n")
    assert ended("intersect", out, out, out)[0] == 0
    assert np.load(out).shape == (2,)
    assert ended("write", folder)[0] == 2
    assert ended("write", str(tmp_path / "gone"), out)[0] == 2
    assert ended("intersect", out, str(tmp_path / "gone.npy"), out)[0] == 2
