"""Balancing a matched table, against DuckDB and against a cap by row_number; then match + balance.

    python -m tests.benchmarks.balance [--rows 10_000_000] [--rounds 2]
    python -m tests.benchmarks.balance --texts 1_000_000 --entries E.json.gz --captions C.parquet

First form: rows have 3.5 of 500,000 entries on average, frequencies by Zipf's law, and t keeps a
part; all read the same Parquet table and write the uids they keep. Second: the jobs match and
balance on short texts in local[2], against a plain loop in two processes that writes such tables.
Wall seconds, the best of interleaved rounds; sessions and pools are up before.
"""

import argparse
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession, Window
from pyspark.sql import functions as F

from crawl2clip.balance.balance_entries import BalanceEntries
from crawl2clip.balance.probabilities.keep_probabilities import entry_probs, keep_probs
from crawl2clip.balance.spark.entry_counting import ragged
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import local_session
from crawl2clip.engine.source import Source
from crawl2clip.match.matcher import automaton
from crawl2clip.match.matcher.automaton import Packed
from crawl2clip.match.matcher.normal_form import Spelling
from crawl2clip.recipe import recipe_of
from crawl2clip.shared.entry_list import read_entries
from crawl2clip.spark.draw import draw

ENTRIES, T, FILES = 500_000, 200, 16
Way = Callable[[], int]


def made(folder: Path, rows: int) -> Path:
    """The matched table: uid, entry_ids."""
    rng = np.random.default_rng(0)
    chances = np.cumsum(1 / np.arange(1, ENTRIES + 1))
    for number in range(FILES):
        each = rows // FILES
        sizes = rng.integers(1, 7, each)  # 3.5 on average
        ids = np.searchsorted(chances, rng.random(sizes.sum()) * chances[-1]).astype(np.int32)
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
        uids = pa.array([f"{number:08x}{i:024x}" for i in range(each)])
        lists = pa.ListArray.from_arrays(pa.array(starts), pa.array(ids))
        folder.mkdir(exist_ok=True)
        pq.write_table(pa.table({"uid": uids, "entry_ids": lists}), folder / f"{number}.parquet")
    return folder


def by_spark(spark: SparkSession, table: Path, out: Path, **settings: str) -> int:
    """Our stage."""
    balanced = BalanceEntries(t=T, **settings)(spark.read.parquet(str(table)))  # type: ignore[arg-type]
    balanced.select("uid", "keep_prob").write.mode("overwrite").parquet(str(out))
    return spark.read.parquet(str(out)).count()


def by_row_number(spark: SparkSession, table: Path, out: Path) -> int:
    """The cap as one would write it."""
    pairs = spark.read.parquet(str(table))
    rows = pairs.select("uid", F.explode("entry_ids").alias("entry"), draw(0).alias("draw"))
    place = F.row_number().over(Window.partitionBy("entry").orderBy("draw"))
    kept = rows.withColumn("place", place).where(F.col("place") <= T).select("uid").distinct()
    kept.write.mode("overwrite").parquet(str(out))
    return spark.read.parquet(str(out)).count()


def by_duckdb(table: Path, out: Path) -> int:
    """MetaCLIP's own draw, one for each entry of a row, on two threads."""
    import duckdb

    base = duckdb.connect(config={"threads": 2})
    base.execute(f"CREATE VIEW pairs AS SELECT * FROM '{table}/*.parquet'")
    base.execute("CREATE TEMP TABLE ids AS SELECT uid, unnest(entry_ids) AS id FROM pairs")
    base.execute("CREATE TEMP TABLE n AS SELECT id, count(*) AS n FROM ids GROUP BY id")
    base.execute(
        "COPY (SELECT DISTINCT uid FROM ids JOIN n USING (id) "
        f"WHERE hash(uid, id) / 18446744073709551616.0 < {T} / greatest(n, {T})) "
        f"TO '{out}.parquet' (FORMAT parquet)"
    )
    [(kept,)] = base.execute(f"SELECT count(*) FROM '{out}.parquet'").fetchall()
    base.close()
    return int(kept)


def timed(ways: dict[str, Way], rounds: int, once: frozenset[str] = frozenset()) -> list[str]:
    """A line for each: kept, seconds, and how many times those of the first."""
    best, kept = dict.fromkeys(ways, float("inf")), {}
    for number in range(rounds):
        for name, way in ways.items():
            if number and name in once:
                continue
            begin = time.perf_counter()
            kept[name] = way()
            best[name] = min(best[name], time.perf_counter() - begin)
    first = next(iter(best.values()))
    lines = [f"{'':24}{'kept':>12}{'wall s':>10}{'x':>8}"]
    return lines + [f"{n:24}{kept[n]:12,}{s:10.2f}{s / first:8.2f}" for n, s in best.items()]


def shuffled(spark: SparkSession, way: Way) -> float:
    """MB that the stages of a way have written for others to fetch."""
    before = _shuffle_bytes(spark)
    way()
    return (_shuffle_bytes(spark) - before) / 1e6


def _shuffle_bytes(spark: SparkSession) -> int:
    context = spark.sparkContext
    none = context._gateway.new_array(context._jvm.double, 0)
    store = context._jsc.sc().statusStore()
    stages = store.stageList(None, False, False, none, None)
    return sum(stages.apply(i).shuffleWriteBytes() for i in range(stages.size()))


def rows_table(rows: int, rounds: int) -> list[str]:
    """The first form."""
    with tempfile.TemporaryDirectory() as folder:
        table, out = made(Path(folder) / "matched", rows), Path(folder) / "out"
        spark = local_session(2, **{"spark.sql.shuffle.partitions": "16"})
        ours = partial(by_spark, spark, table, out)
        ours()
        ways: dict[str, Way] = {
            "balance_entries": ours,
            "DuckDB": partial(by_duckdb, table, out),
            "form: cap": partial(by_spark, spark, table, out, form="cap"),
            "row_number cap": partial(by_row_number, spark, table, out),
        }
        lines = timed(ways, rounds, frozenset({"form: cap", "row_number cap"}))
        return [*lines, f"{shuffled(spark, ours):.1f} MB shuffled for {3.5 * rows:,.0f} matches"]


def texts_table(texts: int, rounds: int, entries: str, captions: str) -> list[str]:
    """The second form."""
    with tempfile.TemporaryDirectory() as folder:
        table = _texts(Path(folder) / "texts.parquet", texts, captions)
        (Path(folder) / "plain").mkdir()  # beside the texts: Spark reads all that lies with them
        spark = local_session(2, **{"spark.sql.shuffle.partitions": "4"})
        steps = {"match": [{"match_entries": entries}], "balance": [{"balance_entries": {"t": T}}]}
        recipe = recipe_of({"recipe": "balance", "jobs": {"extract": [], **steps}}, "balance.yaml")
        run = Run(recipe, Source(str(table)), str(Path(folder) / "run"))
        run_job(spark, run, "extract")
        files = sorted(table.iterdir())
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            plain = partial(_by_loop, pool, files, entries)
            ours = partial(_match_and_balance, spark, run)
            plain(), ours()  # automata are built, the JVM is warm
            return timed({"two processes": plain, "Spark local[2]": ours}, rounds)


def _texts(folder: Path, texts: int, captions: str) -> Path:
    known = [text for text in pq.read_table(captions)["TEXT"].to_pylist() if text]
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number in range(FILES):
        chosen = pa.array(known).take(pa.array(rng.integers(0, len(known), texts // FILES)))
        uids = pa.array([f"{number:08x}{i:024x}" for i in range(len(chosen))])
        pq.write_table(
            pa.table({"uid": uids, "url": uids, "text": chosen}), folder / f"{number}.parquet"
        )
    return folder


def _match_and_balance(spark: SparkSession, run: Run) -> int:
    for job in ("match", "balance"):
        Path(f"{run.table(job)}.json").unlink(missing_ok=True)  # else it is done
    return [run_job(spark, run, job).pairs for job in ("match", "balance")][-1]


def _by_loop(pool: "multiprocessing.pool.Pool", files: list[Path], entries: str) -> int:
    counts = sum(pool.starmap(_match_file, [(file, entries) for file in files], chunksize=1))
    return sum(pool.starmap(_keep_file, [(file, counts) for file in files], chunksize=1))


_LISTS: dict[str, Packed] = {}


def _match_file(file: Path, entries: str) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    if entries not in _LISTS:
        _LISTS[entries] = Packed.of(read_entries(entries))
    table = pq.read_table(file)
    ids = automaton.matches(automaton.built(_LISTS[entries]), table["text"].to_pylist(), Spelling())
    lists = pa.array(ids, pa.list_(pa.int32()))
    matched = table.append_column("entry_ids", lists)
    pq.write_table(matched, _beside(file, "matched"), compression="zstd")
    return np.bincount(ragged(lists)[0], minlength=ENTRIES)


def _keep_file(file: Path, counts: "np.ndarray[tuple[int], np.dtype[np.int64]]") -> int:
    table = pq.read_table(_beside(file, "matched"))
    lists = table["entry_ids"].combine_chunks()
    chances = keep_probs(*ragged(lists), entry_probs(counts, T))
    draws = np.random.default_rng(0).random(len(chances))
    kept = table.append_column("keep_prob", pa.array(chances)).filter(pa.array(draws < chances))
    pq.write_table(kept, _beside(file, "kept"), compression="zstd")
    return int(kept.num_rows)


def _beside(file: Path, kind: str) -> Path:
    return file.parent.with_name("plain") / f"{file.stem}.{kind}"


def main() -> None:
    """Print one of the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--texts", type=int)
    parser.add_argument("--entries")
    parser.add_argument("--captions")
    options = parser.parse_args()
    if options.texts:
        lines = texts_table(options.texts, options.rounds, options.entries, options.captions)
    else:
        lines = rows_table(options.rows, options.rounds)
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
