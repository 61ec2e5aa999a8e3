# ruff: noqa: T201  a benchmark prints
"""detect_language in local[2] against fastText alone in two processes, over the same captions.

python -m tests.benchmarks.language [--texts 300_000] [--rounds 3]

Rounds alternate and the best of each counts. Wall time tells something on an idle machine alone;
CPU time is that of all processes, the JVM's included. The bar is 0.7 of the plain speed.
"""

import argparse
import multiprocessing
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq

from crawl2clip.engine.session import local_session
from crawl2clip.language.classifiers import fasttext_lid
from crawl2clip.language.detect_language import DetectLanguage
from crawl2clip.synthetic_web.captions import caption
from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.scenes import random_scene
from tests.benchmarks.spark_overhead import Cost, _cpu_seconds

WORKERS = 2
FILES = 8
BATCH = 10_000  # texts, as Spark hands them over


def table(texts: int, rounds: int) -> dict[str, Cost]:
    """Wall and CPU seconds of each way; sessions, pools and models are up before."""
    spark = local_session(WORKERS)
    with (
        multiprocessing.get_context("spawn").Pool(WORKERS) as pool,
        tempfile.TemporaryDirectory() as folder,
    ):
        files = _written(Path(folder), texts)
        found = {}

        def plain() -> None:
            found["plain"] = sum(pool.map(_plain, files, chunksize=1), Counter())

        def by_spark(**settings: str) -> None:
            pairs = DetectLanguage(**settings)(spark.read.parquet(*files))  # type: ignore[arg-type]
            rows = pairs.groupBy("lang").count().collect()
            found["spark"] = Counter({row["lang"]: row["count"] for row in rows})

        ways = {
            "two processes, fastText alone": plain,
            "local[2], detect_language": by_spark,
            "the same with guard: script": lambda: by_spark(guard="script"),
        }
        best = {name: (float("inf"), float("inf")) for name in ways}
        for number in range(rounds + 1):  # the first warms up
            for name, way in ways.items():
                wall, cpu = _cost(way)
                if number:
                    best[name] = min(best[name][0], wall), min(best[name][1], cpu)
                if way is by_spark and found["spark"] != found["plain"]:
                    raise AssertionError("the languages differ")
    spark.stop()
    return best


def _cost(way: Callable[[], None]) -> Cost:
    wall, cpu = time.perf_counter(), _cpu_seconds()
    way()
    return time.perf_counter() - wall, _cpu_seconds() - cpu


def _written(folder: Path, texts: int) -> list[str]:
    random = Random(0)
    some = [
        caption(random_scene(f"{i}", random), lang, random)
        for i in range(500)
        for lang in LANGUAGES
    ]
    paths = []
    for number in range(FILES):
        chosen = random.choices(some, k=texts // FILES)
        paths.append(str(folder / f"{number}.parquet"))
        pq.write_table(pa.table({"text": chosen}), paths[-1])
    return paths


def _plain(path: str) -> "Counter[str | None]":
    model = fasttext_lid.load("")
    counts: Counter[str | None] = Counter()
    for batch in pq.ParquetFile(path).iter_batches(BATCH):
        labels, _ = model.predict([text.replace("\n", " ") for text in batch["text"].to_pylist()])
        counts.update(label[0].removeprefix("__label__") for label in labels)
    return counts


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--texts", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    best = table(options.texts, options.rounds)
    plain = best["two processes, fastText alone"]
    print(f"{'':32}{'wall s':>8}{'CPU s':>8}{'speed, wall':>13}{'speed, CPU':>12}")
    for name, (wall, cpu) in best.items():
        print(f"{name:32}{wall:8.2f}{cpu:8.2f}{plain[0] / wall:13.2f}{plain[1] / cpu:12.2f}")


if __name__ == "__main__":
    main()
