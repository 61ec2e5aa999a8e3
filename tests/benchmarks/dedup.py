"""Duplicates by key: the row windows of drop_duplicates against groupBy with the least struct.

    python -m tests.benchmarks.dedup [rows ...]

Each size is run by both in turn, and every time is printed. A third of the rows share one URL.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from pipeline.dedup.drop_duplicates import DropDuplicates
from pipeline.session import local_session

ROUNDS = 2


def table(spark: SparkSession, rows: int, folder: Path) -> DataFrame:
    """Of the rows a third share one URL and text; of the others a third are there twice."""
    number = F.when(F.col("id") % 3 == 0, F.lit(0)).otherwise(F.col("id") % int(rows * 0.8))
    path = str(folder / str(rows))
    spark.range(rows, numPartitions=8).select(
        F.md5(F.col("id").cast("string")).alias("uid"),
        F.concat(F.lit("https://images.example/photos/"), number, F.lit(".jpg")).alias("url"),
        F.concat(F.lit("a photo of thing number "), number).alias("text"),
        F.concat(F.lit("https://pages.example/"), F.col("id")).alias("page_url"),
    ).write.parquet(path)
    return spark.read.parquet(path)


def by_least(pairs: DataFrame) -> DataFrame:
    """The same rows by groupBy: the least (uid, rest) for the 64-bit hash of the key."""
    rest = F.struct("uid", *[name for name in pairs.columns if name != "uid"])
    grouped = pairs.groupBy(F.xxhash64("url", "text")).agg(F.min(rest).alias("row"))
    return grouped.select("row.*")


WAYS: dict[str, Callable[[DataFrame], DataFrame]] = {
    "windows": DropDuplicates(),
    "least struct": by_least,
}


def main(sizes: list[int]) -> None:
    """Print seconds and rows kept."""
    spark = local_session(2)
    with tempfile.TemporaryDirectory() as folder:
        for rows in sizes:
            pairs = table(spark, rows, Path(folder))
            for _ in range(ROUNDS):
                for name, way in WAYS.items():
                    seconds, kept = _timed(way(pairs), Path(folder) / "out")
                    print(f"{rows:12,} {name:14} {seconds:6.1f} s {kept:12,} kept")  # noqa: T201
    spark.stop()


def _timed(pairs: DataFrame, folder: Path) -> tuple[float, int]:
    begin = time.perf_counter()
    pairs.write.mode("overwrite").parquet(str(folder))
    seconds = time.perf_counter() - begin
    return seconds, pairs.sparkSession.read.parquet(str(folder)).count()


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [1_000_000])
