"""The hash of workers against Spark's own."""

import pyarrow as pa
import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.shared.spark_xxhash import xxhash64

# Shorter and longer than the 32 bytes from which XXH64 goes another way; null; beyond ASCII.
TEXTS = ["", "a", "abcd", "0123456789abcdef" * 2, "x" * 31, "x" * 33, "собака " * 20, None]


@pytest.mark.parametrize("seed", [None, 0, 1, -1, 2**31 - 1, -(2**31)])
def test_strings_with_and_without_a_seed(spark: SparkSession, seed: int | None) -> None:
    rows = spark.createDataFrame([(text,) for text in TEXTS], "text STRING").coalesce(1)
    more = [] if seed is None else [F.lit(seed)]

    asked = rows.select(F.xxhash64("text", *more).alias("hash")).collect()

    assert xxhash64(pa.array(TEXTS, pa.string()), seed).tolist() == [row.hash for row in asked]
