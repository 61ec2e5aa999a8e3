"""ALIGN's frequency filters, and DuckDB's answers to the same questions.

python -m tests.benchmarks.frequency [--heap 1g] [--limit 1GB] 1_000_000 10_000_000

The rows are made: words by Zipf's law, half of the texts from a stock of 200,000, by Zipf's law as
well, and one text on 2 % of all rows. Both sides read a Parquet file and write the rows that stay
to another, on two cores. CPU seconds are those of all processes; MB are what went through shuffles.
Each size has a process of its own, so memory is its own as well. --limit is DuckDB's memory, which
then may not go on in files; if it is too little to count tokens, Spark's counts are read next.
Spark's own memory is --heap and its Python workers. --no-duckdb: Spark alone. --no-join:
rare_tokens only as it comes.
"""

import argparse
import multiprocessing
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from tests.benchmarks.spark_costs import WATCHED, Cost, cost, memory

CORES = 2
LISTED = 300_000  # tokens on the list, of some millions
JOINED = "by a join"  # rare_tokens, with a list of which few are at hand, as at a crawl's size
AT_HAND = 50_000
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
    drawn: Indices = np.exp(chance.random(number) * np.log(size)).astype(np.int64)
    return np.minimum(drawn, size - 1)


def _texts(chance: np.random.Generator, words: pa.Array, number: int) -> pa.Array:
    columns = [words.take(pa.array(_zipf(chance, len(words), number))) for _ in range(7)]
    return pc.binary_join_element_wise(*columns, " ")


def by_spark(spark: SparkSession, table: Path, folder: Path) -> dict[str, Callable[[], None]]:
    from crawl2clip.engine.spark_executor import write_pairs
    from crawl2clip.filter.caption_frequency import CaptionFrequency
    from crawl2clip.filter.rare_tokens import RareTokens
    from crawl2clip.filter.spark.token_columns import Tokens
    from crawl2clip.filter.spark.token_counts import counted, write
    from crawl2clip.filter.texts_per_image import TextsPerImage
    from crawl2clip.stage import Stage

    pairs, counts = spark.read.parquet(str(table)), str(folder / "vocabulary.json")

    def filtered(step: Stage, name: str = "") -> Callable[[], None]:
        out = str(folder / (name or step.name))
        return lambda: write_pairs(step(pairs), out)

    return {
        "texts_per_image": filtered(TextsPerImage()),
        "caption_frequency": filtered(CaptionFrequency()),
        "vocabulary": lambda: void(write(counted(pairs, Tokens()), counts, Tokens(), {})),
        "rare_tokens": filtered(RareTokens(LISTED, counts)),
        JOINED: filtered(RareTokens(LISTED, counts, at_hand=AT_HAND), JOINED),
    }


def by_duckdb(table: Path, folder: Path, limit: str | None) -> dict[str, Callable[[], None]]:
    import duckdb

    where = {"memory_limit": limit, "temp_directory": ""} if limit else {"temp_directory": folder}
    base = duckdb.connect(config={"threads": CORES, **{k: str(v) for k, v in where.items()}})
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
        "WHERE token NOT IN (SELECT token FROM '{vocabulary}' "
        f"ORDER BY count DESC, hash(token) LIMIT {LISTED}))"
    )
    queries = {
        "texts_per_image": crowded.format("url", "text", 1_000),
        "caption_frequency": crowded.format("text", "url", 10),
        "vocabulary": tokens,
        "rare_tokens": rare,
        JOINED: rare,
    }

    def run(name: str) -> None:
        its_own, spark = folder / "vocabulary.duck.parquet", folder / "vocabulary" / "*.parquet"
        query = queries[name].replace("{vocabulary}", str(its_own if its_own.exists() else spark))
        base.execute(f"COPY ({query}) TO '{folder}/{name}.duck.parquet' (FORMAT parquet)")

    return {name: partial(run, name) for name in queries}


HEAD = (
    "wall s",
    "CPU s",
    "MB",
    "DuckDB wall",
    "DuckDB CPU",
    "x wall",
    "x CPU",
    "rows",
    "DuckDB rows",
)


def measured(rows: int, options: argparse.Namespace) -> dict[str, Cost]:
    """Print what each question costs both; give back what it costs Spark."""
    from crawl2clip.engine.session import local_session

    costs = {}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        few, table = folder / "few.parquet", folder / "pairs.parquet"
        make(few, 1_000)
        make(table, rows)
        more = {"spark.sql.shuffle.partitions": "16", "spark.local.dir": scratch}
        spark = local_session(CORES, **WATCHED, **more, **{"spark.driver.memory": options.heap})
        for run in by_spark(spark, few, folder).values():
            run()  # the JVM's first steps
        theirs = by_duckdb(table, folder, options.limit) if options.duckdb else {}
        say("", f"{rows:,}", HEAD)
        for name, run in by_spark(spark, table, folder).items():
            if name == JOINED and not options.join:
                continue
            costs[name] = cost(run, spark)
            cells = beside(costs[name], theirs[name]) if options.duckdb else of_spark(costs[name])
            paths = folder / name, folder / f"{name}.duck.parquet"
            say(name, "", (*cells, *(f"{kept(path):,}" for path in paths)))
        say(f"{memory(spark)}", "", ())
        spark.stop()
    return costs


def say(name: str, rows: str, cells: tuple[str, ...]) -> None:
    sys.stdout.write(f"{name or rows:20}" + "".join(f"{cell:>13}" for cell in cells) + "\n")
    sys.stdout.flush()


def of_spark(ours: Cost) -> tuple[str, ...]:
    cells = (f"{ours.wall:.1f}", f"{ours.cpu:.1f}", f"{ours.shuffled / 1e6:.0f}")
    return (*cells, *["-"] * 4)


def beside(ours: Cost, run: Callable[[], None]) -> tuple[str, ...]:
    """What Spark spent beside what DuckDB spends now, or that its memory does not do."""
    import duckdb

    cells = of_spark(ours)
    try:
        other = cost(run)
    except duckdb.OutOfMemoryException:
        return (*cells[:3], "no memory", *cells[4:])
    ratios = ours.wall / other.wall, ours.cpu / other.cpu
    return (*cells[:3], f"{other.wall:.1f}", f"{other.cpu:.1f}", *(f"{x:.1f}" for x in ratios))


def kept(path: Path) -> int:
    """Rows that were written; 0 if none were."""
    try:
        return int(pq.ParquetDataset(path).read(columns=[]).num_rows)
    except (FileNotFoundError, pa.ArrowInvalid):  # DuckDB's memory had ended
        return 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("rows", nargs="*", type=int, default=[1_000_000])
    parser.add_argument("--no-duckdb", dest="duckdb", action="store_false")
    parser.add_argument("--no-join", dest="join", action="store_false")
    parser.add_argument("--heap", default="4g")
    parser.add_argument("--limit")
    options = parser.parse_args()
    processes, costs = multiprocessing.get_context("spawn"), {}
    for rows in options.rows:
        with processes.Pool(1) as pool:
            costs[rows] = pool.apply(measured, (rows, options))
    first, last = options.rows[0], options.rows[-1]
    for name, small in costs[first].items() if first != last else ():
        great = costs[last][name]
        growth = f"{great.wall / small.wall:.1f} wall", f"{great.cpu / small.cpu:.1f} CPU"
        say(name, "", (f"{last / first:.0f} x rows:", *growth))


def void(_: object) -> None:
    """For lambdas that are called for what they do."""


if __name__ == "__main__":
    main()
