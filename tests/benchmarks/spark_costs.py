"""What a Spark job costs: seconds, bytes shuffled, and memory where it was really in use."""

import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark.sql import SparkSession

from tests.benchmarks.spark_overhead import _cpu_seconds

# For a session whose memory and shuffles are to be read off its own web page.
WATCHED = {
    "spark.ui.enabled": "true",
    "spark.ui.port": "0",
    "spark.executor.metrics.pollingInterval": "200ms",
}


@dataclass(frozen=True)
class Cost:
    """cpu: seconds of this process and all that came from it. shuffled: bytes written."""

    wall: float
    cpu: float
    shuffled: int = 0


@dataclass(frozen=True)
class Memory:
    """The most MB ever: all that the JVM held, rubbish that a large heap lets lie included; what
    joins, sorts and sums held of it; the largest Python worker."""

    jvm: int
    execution: int
    worker: int

    def __str__(self) -> str:
        return (
            f"JVM {self.jvm:,} MB, of which joins, sorts and sums {self.execution:,} MB; "
            f"Python worker {self.worker:,} MB"
        )


def cost(way: Callable[[], None], spark: SparkSession | None = None) -> Cost:
    """Of one call."""
    wall, cpu, before = time.perf_counter(), _cpu_seconds(), _shuffled(spark)
    way()
    spent = time.perf_counter() - wall, _cpu_seconds() - cpu
    return Cost(*spent, _shuffled(spark) - before)


def memory(spark: SparkSession) -> Memory:
    """Since the session began; of the Python workers those that still live."""
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
    peaks = [one.get("peakMemoryMetrics", {}) for one in _executors(spark)]
    execution = sum(peak.get("OnHeapExecutionMemory", 0) for peak in peaks)
    return Memory(held[jvm] // 1000, execution // 10**6, max(workers, default=0) // 1000)


def _shuffled(spark: SparkSession | None) -> int:
    return sum(int(one["totalShuffleWrite"]) for one in _executors(spark)) if spark else 0


def _executors(spark: SparkSession) -> list[dict[str, Any]]:
    context = spark.sparkContext
    url = f"{context.uiWebUrl}/api/v1/applications/{context.applicationId}/executors"
    with urllib.request.urlopen(url) as answer:
        return list(json.load(answer))
