"""Duplicates by key: the row windows of drop_duplicates against groupBy with the least struct.

    python -m tests.benchmarks.dedup [--heap 1g] [--more 12] [rows ...]

A third of the rows share one URL and text; of the others a third are there twice. A row has four
columns, and as many more as asked for: the tables of jobs have twenty. A size and way has a session
of its own, so memory is its own as well.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.dedup.drop_duplicates import DropDuplicates
from crawl2clip.engine.session import local_session
from tests.benchmarks.spark_costs import WATCHED, cost, memory

ROUNDS = 2
BY = ("url", "text")


def table(spark: SparkSession, rows: int, more: int, path: str) -> None:
    """Write the pairs."""
    words = F.md5(F.col("id").cast("string"))
    others = [F.concat(F.lit("one more text "), words).alias(f"more_{n}") for n in range(more)]
    number = F.when(F.col("id") % 3 == 0, F.lit(0)).otherwise(F.col("id") % int(rows * 0.8))
    spark.range(rows, numPartitions=8).select(
        F.md5(F.col("id").cast("string")).alias("uid"),
        F.concat(F.lit("https://images.example/photos/"), number, F.lit(".jpg")).alias("url"),
        F.concat(F.lit("a photo of thing number "), number).alias("text"),
        F.concat(F.lit("https://pages.example/"), F.col("id")).alias("page_url"),
        *others,
    ).write.parquet(path)


def by_least(pairs: DataFrame) -> DataFrame:
    """The same rows by groupBy: what goes with the least uid."""
    rest = F.struct(*[name for name in pairs.columns if name not in BY])
    grouped = pairs.groupBy(F.xxhash64(*BY), *BY).agg(F.min_by(rest, "uid").alias("rest"))
    return grouped.select(*BY, "rest.*")


WAYS: dict[str, Callable[[DataFrame], DataFrame]] = {
    "windows": DropDuplicates(),
    "least struct": by_least,
}


def measured(name: str, rows: int, more: int, heap: str) -> float:
    """Print what a way costs; wall seconds of its best round."""
    with tempfile.TemporaryDirectory() as folder:
        conf = {"spark.driver.memory": heap, "spark.local.dir": folder}
        spark = local_session(2, **WATCHED, **conf, **{"spark.sql.shuffle.partitions": "16"})
        path, out, way = f"{folder}/pairs", f"{folder}/out", WAYS[name]
        table(spark, rows, more, path)
        pairs = spark.read.parquet(path)
        way(pairs.limit(1_000)).write.parquet(out)  # the JVM's first steps
        runs = [
            cost(lambda: way(pairs).write.mode("overwrite").parquet(out), spark)
            for _ in range(ROUNDS)
        ]
        best = min(runs, key=lambda run: run.cpu)
        kept = spark.read.parquet(out).count()
        sys.stdout.write(
            f"{rows:12,} {name:14} {best.wall:6.1f} s {best.cpu:6.1f} CPU s "
            f"{best.shuffled / 1e6:6.0f} MB shuffled {kept:12,} kept; {memory(spark)}\n"
        )
        sys.stdout.flush()
        spark.stop()
    return best.wall


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--heap", default="4g")
    parser.add_argument("--more", type=int, default=0)
    options = parser.parse_args()
    processes, seconds = multiprocessing.get_context("spawn"), {}
    for rows in options.rows:
        for name in WAYS:
            with processes.Pool(1) as pool:
                seconds[rows, name] = pool.apply(measured, (name, rows, options.more, options.heap))
    first, last = options.rows[0], options.rows[-1]
    for name in WAYS if first != last else ():
        growth = seconds[last, name] / seconds[first, name]
        sys.stdout.write(f"{name}: {last / first:.1f} times the rows, {growth:.1f} times as long\n")


if __name__ == "__main__":
    main()
