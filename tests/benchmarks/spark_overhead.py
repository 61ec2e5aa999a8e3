"""What Spark adds: a job in local[2] against two plain processes that write the same Parquet."""

import multiprocessing
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pyarrow.parquet as pq

from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.session import local_session
from crawl2clip.engine.source import Source
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive
from crawl2clip.extract.warc_pairs import batches
from crawl2clip.recipe import recipe_of

WORKERS = 2
Cost = tuple[float, float]


def table(paths: list[Path], rounds: int) -> Iterator[str]:
    """Wall and CPU seconds of both, the best of the rounds; sessions and pools are up before."""
    spark = local_session(WORKERS)
    recipe = recipe_of({"recipe": "overhead", "jobs": {"extract": []}}, "overhead.yaml")
    with (
        multiprocessing.get_context("spawn").Pool(WORKERS) as pool,
        tempfile.TemporaryDirectory() as out,
    ):
        folder = Path(out)

        def plain(files: list[Path]) -> None:
            jobs = [(path, folder / f"plain-{path.stem}.parquet") for path in files]
            pool.starmap(_write, jobs, chunksize=1)

        def by_spark(files: list[Path]) -> None:
            source = folder / "paths.txt"
            (folder / "run" / "extract.json").unlink(missing_ok=True)  # else it is done
            source.write_text("".join(f"{path.resolve()}\n" for path in files))
            run_job(spark, Run(recipe, Source(str(source)), str(folder / "run")), "extract")

        ways = {"two processes": plain, "Spark local[2]": by_spark}
        for way in ways.values():
            way(paths[:WORKERS])  # imports, the JVM's first steps
        best = {name: (float("inf"), float("inf")) for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                wall, cpu = _cost(way, paths)
                best[name] = min(best[name][0], wall), min(best[name][1], cpu)
    spark.stop()
    limit = best["two processes"]
    yield f"{'':30}{'wall s':>8}{'CPU s':>8}{'x wall':>8}{'x CPU':>8}"
    for name, (wall, cpu) in best.items():
        yield f"{name:30}{wall:8.2f}{cpu:8.2f}{wall / limit[0]:8.2f}{cpu / limit[1]:8.2f}"


def _write(source: Path, target: Path) -> None:
    writer = None
    for batch in batches(pairs_in_archive(str(source))):
        writer = writer or pq.ParquetWriter(target, batch.schema, compression="zstd")
        writer.write_batch(batch)
    if writer:
        writer.close()


def _cost(way: Callable[[list[Path]], None], paths: list[Path]) -> Cost:
    wall, cpu = time.perf_counter(), _cpu_seconds()
    way(paths)
    return time.perf_counter() - wall, _cpu_seconds() - cpu


def _cpu_seconds() -> float:
    """Of this process and all that came from it: the pool, the JVM, Spark's Python workers."""
    ticks, parents = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # gone since
            continue
        pid = int(folder.name)
        parents[pid], ticks[pid] = int(fields[1]), sum(map(int, fields[11:15]))
    family = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(ticks.get(pid, 0) for pid in family) / os.sysconf("SC_CLK_TCK")
