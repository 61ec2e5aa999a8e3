"""Near-duplicates of texts, images and embeddings: what a set ten times as large costs.

    python -m tests.benchmarks.near_duplicates [--heap 2g] [rows ...]

Texts are ten words by Zipf's law, hashes of images and embeddings of 64 numbers are random; of each
a tenth is a copy of another: a letter more, five of 256 bits other, or 1 % of noise. A third of the
rows, besides, are one and the same. Printed with the costs is how many of the copies are gone, and
how many of the others.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.dedup.drop_near_duplicate_images import DropNearDuplicateImages
from crawl2clip.dedup.drop_near_duplicate_texts import DropNearDuplicateTexts
from crawl2clip.dedup.near.pdq import BITS_BYTES, BYTES
from crawl2clip.dedup.sem_dedup import SemDedup
from crawl2clip.engine.session import local_session
from crawl2clip.stage import Stage
from tests.benchmarks.spark_costs import WATCHED, cost, memory

BATCH = 100_000
LENGTH = 64  # of an embedding
WORDS = np.array([f"w{number:x}" for number in range(200_000)])

Columns = dict[str, pa.Array]
Make = Callable[[np.random.Generator, np.ndarray, np.ndarray], Columns]


def texts(chance: np.random.Generator, of: np.ndarray, copy: np.ndarray) -> Columns:
    words = pa.array([" ".join(WORDS[_zipf(one, len(WORDS), 10)]) for one in of])
    return {"text": pa.array([f"{text}s" if also else text.as_py()
                              for text, also in zip(words, copy, strict=True)])}  # fmt: skip


def hashes(chance: np.random.Generator, of: np.ndarray, copy: np.ndarray) -> Columns:
    made = np.stack([np.random.default_rng(one).bytes(BYTES) for one in of])
    bits = np.frombuffer(made.tobytes(), np.uint8).reshape(-1, BYTES).copy()
    for row in np.flatnonzero(copy):
        for bit in chance.choice(8 * BITS_BYTES, 5, replace=False):
            bits[row, bit // 8] ^= 1 << (bit % 8)
    size = pa.array(np.full(len(of), 512, np.int32))
    found = pa.array([row.tobytes() for row in bits], pa.binary())
    return {"phash": found, "original_width": size, "original_height": size}


def embeddings(chance: np.random.Generator, of: np.ndarray, copy: np.ndarray) -> Columns:
    made = np.stack([np.random.default_rng(one).standard_normal(LENGTH) for one in of])
    made[copy] += 0.01 * chance.standard_normal((copy.sum(), LENGTH))
    made = (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)
    return {"image_embedding": pa.FixedSizeListArray.from_arrays(made.ravel(), LENGTH)
            .cast(pa.list_(pa.float32()))}  # fmt: skip


def _zipf(seed: int, size: int, number: int) -> np.ndarray:
    drawn = np.exp(np.random.default_rng(seed).random(number) * np.log(size)).astype(np.int64)
    return np.minimum(drawn, size - 1)


WAYS: dict[str, tuple[Make, Callable[[int], Stage]]] = {
    "texts": (texts, lambda rows: DropNearDuplicateTexts()),
    "images": (hashes, lambda rows: DropNearDuplicateImages()),
    "embeddings": (embeddings, lambda rows: SemDedup(0.01, k=max(1, rows // 2_000), iterations=20)),
}


def batches(make: Make, rows: int) -> Iterator[pa.Table]:
    """uid, what the copy is of, and the columns; the hot row is number 0."""
    chance = np.random.default_rng(0)
    for start in range(0, rows, BATCH):
        number = np.arange(start, min(start + BATCH, rows))
        copy = number % 10 == 9
        of = np.where(number % 3 == 0, 0, np.where(copy, number - 3, number))
        copy &= number % 3 != 0
        columns = make(chance, of, copy)
        uids = pa.array([f"{one:010}" for one in number])
        yield pa.table({"uid": uids, "of": pa.array(of), "copy": pa.array(copy), **columns})


def measured(name: str, rows: int, heap: str) -> float:
    """Print what the step costs, and what it left; wall seconds."""
    make, step = WAYS[name]
    with tempfile.TemporaryDirectory() as folder:
        table, out = str(Path(folder) / "pairs.parquet"), str(Path(folder) / "out")
        writer = None
        for batch in batches(make, rows):
            writer = writer or pq.ParquetWriter(table, batch.schema)
            writer.write_table(batch)
        if writer:
            writer.close()
        more = {"spark.driver.memory": heap, "spark.local.dir": folder}
        spark = local_session(2, **WATCHED, **more, **{"spark.sql.shuffle.partitions": "16"})
        pairs = spark.read.parquet(table)
        spent = cost(lambda: step(rows)(pairs).write.parquet(out), spark)
        left = _left(spark, out)
        sys.stdout.write(
            f"{rows:11,} {name:11} {spent.wall:7.1f} s {spent.cpu:7.1f} CPU s "
            f"{spent.shuffled / 1e6:7.0f} MB shuffled; {left} left; {memory(spark)}\n"
        )
        sys.stdout.flush()
        spark.stop()
    return spent.wall


def _left(spark: SparkSession, out: str) -> str:
    """Of the one that a third are, of the copies, and of all others."""
    kind = F.when(F.col("of") == 0, "hot").when(F.col("copy"), "copies").otherwise("others")
    found = spark.read.parquet(out).groupBy(kind.alias("kind")).count().collect()
    count = {row["kind"]: row["count"] for row in found}
    return ", ".join(f"{count.get(kind, 0):,} {kind}" for kind in ("hot", "copies", "others"))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", type=int, default=[100_000, 1_000_000])
    parser.add_argument("--heap", default="2g")
    parser.add_argument("--of", choices=WAYS, nargs="*", default=list(WAYS))
    options = parser.parse_args()
    processes = multiprocessing.get_context("spawn")
    for name in options.of:
        seconds = []
        for rows in options.rows:
            with processes.Pool(1) as pool:
                seconds.append(pool.apply(measured, (name, rows, options.heap)))
        times = options.rows[-1] / options.rows[0], seconds[-1] / seconds[0]
        sys.stdout.write(f"{name}: {times[0]:.1f} times the rows, {times[1]:.1f} times as long\n")


if __name__ == "__main__":
    main()
