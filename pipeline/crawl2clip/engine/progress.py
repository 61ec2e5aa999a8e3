"""Progress of a Spark job on the terminal: a bar on a screen, lines at intervals in a log."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from pyspark.sql import SparkSession
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawl2clip.io.terminal import PlainConsole

SECONDS_BETWEEN_LOOKS = 0.5
SECONDS_BETWEEN_LINES = 15.0


@contextmanager
def shown(spark: SparkSession, job: str) -> Iterator[None]:
    """Show the tasks of all Spark jobs that run inside the block, on stderr."""
    console = PlainConsole(stderr=True)
    stop = threading.Event()
    watch = _bar if console.is_terminal else _lines
    thread = threading.Thread(target=watch, args=(spark, job, console, stop), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def tasks(spark: SparkSession) -> tuple[int, int]:
    """Return how many tasks of the running stages are done, and how many there are."""
    tracker = spark.sparkContext.statusTracker()
    stages = [tracker.getStageInfo(number) for number in tracker.getActiveStageIds()]
    there = [stage for stage in stages if stage]  # one may end between the two calls
    return sum(s.numCompletedTasks for s in there), sum(s.numTasks for s in there)


def _bar(spark: SparkSession, job: str, console: Console, stop: threading.Event) -> None:
    look = (TextColumn("{task.description:>10}"), BarColumn(), MofNCompleteColumn())
    with Progress(*look, TextColumn("tasks"), TimeElapsedColumn(), console=console) as progress:
        bar = progress.add_task(job, total=None)
        while not stop.wait(SECONDS_BETWEEN_LOOKS):
            done, total = tasks(spark)
            if total:
                progress.update(bar, completed=done, total=total)
        progress.update(bar, completed=1, total=1)


def _lines(spark: SparkSession, job: str, console: Console, stop: threading.Event) -> None:
    start = time.monotonic()
    while not stop.wait(SECONDS_BETWEEN_LINES):
        done, total = tasks(spark)
        console.print(f"{job}: {done} of {total} tasks, {time.monotonic() - start:.0f} s")
