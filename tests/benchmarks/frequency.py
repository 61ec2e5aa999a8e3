"""ALIGN's frequency filters, and DuckDB's answers to the same questions.

python -m tests.benchmarks.frequency 1_000_000 10_000_000    (--no-duckdb: Spark alone)

The rows are made: words by Zipf's law, half of the texts from a stock of 200,000, by Zipf's law as
well, and one text on 2 % of all rows. Both sides read a Parquet file and write the rows that stay
to another, on two cores. CPU seconds are those of all processes; MB are what went through shuffles;
memory is the most that the JVM, of 4 GB heap, and the largest Python worker ever held.
"""

import argparse
import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from tests.benchmarks.spark_overhead import _cpu_seconds

CORES = 2
LISTED = 300_000  # tokens on the list, of some millions
AT_HAND = 50_000  # of them: so that the join is measured too
BATCH = 500_000
Indices = np.ndarray[tuple[int], np.dtype[np.int64]]


def make(path: Path, rows: int) -> None:
    """Write pairs of uid, url and text."""
    chance = np.random.default_rng(0)
    words = pa.array([f"w{i:x}" for i in range(2_000_000)])
    stock = _texts(chance, words, 200_000)
    with pq.ParquetWriter(
        path, pa.schema(dict.fromkeys(("uid", "url", "text"), pa.string()))
    ) as out:
        for start in range(0, rows, BATCH):
            number = min(BATCH, rows - start)
            shared = stock.take(pa.array(_zipf(chance, len(stock), number)))
            own = pa.array(chance.random(number) < 0.5)
            texts = pc.if_else(own, _texts(chance, words, number), shared)
            texts = pc.if_else(pa.array(chance.random(number) < 0.02), "hot text", texts)
            names = pa.array(_zipf(chance, rows, number)).cast(pa.string())
            urls = pc.binary_join_element_wise("https://images.example/photos/", names, "")
            uids = pa.array(np.arange(start, start + number)).cast(pa.string())
            out.write_table(pa.table({"uid": uids, "url": urls, "text": texts}))


def _zipf(chance: np.random.Generator, size: int, number: int) -> Indices:
    """Indices below `size`, the n-th drawn about as often as 1/n says."""
    return np.minimum(np.exp(chance.random(number) * np.log(size)), size - 1).astype(np.int64)


def _texts(chance: np.random.Generator, words: pa.Array, number: int) -> pa.Array:
    columns = [words.take(pa.array(_zipf(chance, len(words), number))) for _ in range(7)]
    return pc.binary_join_element_wise(*columns, " ")


def by_spark(spark: SparkSession, table: Path, folder: Path) -> dict[str, Callable[[], None]]:
    from pipeline.filter.caption_frequency import CaptionFrequency
    from pipeline.filter.rare_tokens import RareTokens
    from pipeline.filter.texts_per_image import TextsPerImage
    from pipeline.filter.tokens import Tokens
    from pipeline.filter.vocabulary import counted, write
    from pipeline.stage import Stage

    pairs, counts = spark.read.parquet(str(table)), str(folder / "vocabulary.json")

    def filtered(step: Stage) -> Callable[[], None]:
        out = str(folder / step.name)
        return lambda: step(pairs).write.mode("overwrite").parquet(out)

    return {
        "texts_per_image": filtered(TextsPerImage()),
        "caption_frequency": filtered(CaptionFrequency()),
        "vocabulary": lambda: void(write(counted(pairs, Tokens()), counts, Tokens(), {})),
        "rare_tokens": filtered(RareTokens(LISTED, counts, at_hand=AT_HAND)),
    }


def by_duckdb(table: Path, folder: Path) -> dict[str, Callable[[], None]]:
    import duckdb

    base = duckdb.connect(config={"threads": CORES, "temp_directory": str(folder)})
    base.execute(f"CREATE VIEW pairs AS SELECT * FROM '{table}'")
    base.execute("CREATE MACRO words(text) AS string_split(lower(text), ' ')")
    crowded = "SELECT * FROM pairs WHERE {0} NOT IN (SELECT {0} FROM pairs GROUP BY {0} "
    crowded += "HAVING count(DISTINCT {1}) > {2})"
    tokens = (
        "SELECT token, count(*) AS count FROM (SELECT unnest(list_concat(w, list_transform("
        "list_zip(w[:-2], w[2:]), lambda p: p[1] || ' ' || p[2]))) AS token "
        "FROM (SELECT words(text) AS w FROM pairs)) GROUP BY token"
    )
    rare = (
        "SELECT * FROM pairs WHERE text NOT IN (SELECT text FROM ("
        "SELECT text, unnest(words(text)) AS token FROM (SELECT DISTINCT text FROM pairs)) "
        f"WHERE token NOT IN (SELECT token FROM '{folder}/vocabulary.duck.parquet' "
        f"ORDER BY count DESC, hash(token) LIMIT {LISTED}))"
    )
    queries = {
        "texts_per_image": crowded.format("url", "text", 1_000),
        "caption_frequency": crowded.format("text", "url", 10),
        "vocabulary": tokens,
        "rare_tokens": rare,
    }

    def run(name: str) -> Callable[[], None]:
        copy = f"COPY ({queries[name]}) TO '{folder}/{name}.duck.parquet' (FORMAT parquet)"
        return lambda: void(base.execute(copy))

    return {name: run(name) for name in queries}


def void(_: object) -> None:
    """For lambdas that are called for what they do."""


def report(rows: int, duckdb: bool) -> Iterator[str]:
    from pipeline.session import local_session

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make(folder / "pairs.parquet", rows)
        more = {"spark.ui.enabled": "true", "spark.sql.shuffle.partitions": "16"}
        spark = local_session(CORES, **more, **{"spark.local.dir": scratch, "spark.ui.port": "0"})
        make(folder / "few.parquet", 1_000)
        for run in by_spark(spark, folder / "few.parquet", folder).values():
            run()  # the JVM's first steps
        ours = by_spark(spark, folder / "pairs.parquet", folder)
        theirs = by_duckdb(folder / "pairs.parquet", folder) if duckdb else {}
        names = (
            "wall s",
            "CPU s",
            "MB",
            "DuckDB wall",
            "DuckDB CPU",
            "x CPU",
            "rows",
            "DuckDB rows",
        )
        yield f"{rows:<20,}" + "".join(f"{name:>13}" for name in names)
        for name, run in ours.items():
            before = _shuffled(spark)
            wall, cpu = _cost(run)
            cells = [f"{wall:.1f}", f"{cpu:.1f}", f"{(_shuffled(spark) - before) / 1e6:.0f}"]
            if duckdb:
                wall, other = _cost(theirs[name])
                cells += [f"{wall:.1f}", f"{other:.1f}", f"{cpu / other:.1f}"]
            cells += [
                f"{_rows(path):>12,}" for path in (folder / name, folder / f"{name}.duck.parquet")
            ]
            yield f"{name:20}" + "".join(f"{cell:>13}" for cell in cells)
        jvm, python = _memory(spark)
        yield f"JVM {jvm:,} MB, Python worker {python:,} MB"
        spark.stop()


def _rows(path: Path) -> int:
    return pq.ParquetDataset(path).read(columns=[]).num_rows if path.exists() else 0


def _cost(way: Callable[[], None]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), _cpu_seconds()
    way()
    return time.perf_counter() - wall, _cpu_seconds() - cpu


def _shuffled(spark: SparkSession) -> int:
    """Bytes written to shuffles since the session began."""
    context = spark.sparkContext
    url = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/executors"
    with urllib.request.urlopen(url) as answer:
        return sum(int(executor["totalShuffleWrite"]) for executor in json.load(answer))


def _memory(spark: SparkSession) -> tuple[int, int]:
    """The most MB that the JVM held, and the largest of its Python workers that still live."""
    jvm = spark._jvm.java.lang.ProcessHandle.current().pid()  # type: ignore[union-attr]
    held, parents = {}, {}
    for path in Path("/proc").glob("[0-9]*/status"):
        try:
            status = dict(line.split(":", 1) for line in path.read_text().splitlines())
        except OSError:  # gone since
            continue
        pid = int(path.parent.name)
        parents[pid], held[pid] = int(status["PPid"]), int(status.get("VmHWM", "0").split()[0])
    daemons = {pid for pid, parent in parents.items() if parent == jvm}
    workers = [held[pid] for pid, parent in parents.items() if parent in daemons]
    return held[jvm] // 1000, max(workers, default=0) // 1000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--no-duckdb", dest="duckdb", action="store_false")
    options = parser.parse_args()
    for rows in options.rows:
        for line in report(rows, options.duckdb):
            sys.stdout.write(f"{line}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
