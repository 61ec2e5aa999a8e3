"""Request GPUs only for the tasks that score, by Spark's stage-level scheduling.

`spark.task.resource.gpu.amount` applies to every task of a session, so tasks that extract or sort
would wait for a GPU too. The same settings with the prefix `spark.crawl2clip.score.` apply only to
the tasks that score.
"""

from collections.abc import Mapping
from functools import lru_cache

from pyspark.resource import (
    ExecutorResourceRequests,
    ResourceProfile,
    ResourceProfileBuilder,
    TaskResourceRequests,
)
from pyspark.sql import SparkSession

PREFIX = "spark.crawl2clip.score."
GPU = "executor.resource.gpu."
OF_TASKS = ("task.cpus", "task.resource.gpu.amount")
OF_EXECUTORS = (
    *("executor.cores", "executor.memory", "executor.memoryOverhead"),
    *(f"{GPU}amount", f"{GPU}discoveryScript", f"{GPU}vendor"),
)


def profile(spark: SparkSession) -> ResourceProfile | None:
    """Return the resources that the session's settings request for tasks that score, or None.

    Settings of tasks alone let them run on the existing executors (Spark's TaskResourceProfile);
    with one of executors, Spark starts such executors for them and releases them when idle.

    Raises ValueError for an unknown setting, and where Spark could not comply.
    """
    asked = {
        name.removeprefix(PREFIX): value
        for name, value in spark.conf.getAll.items()
        if name.startswith(PREFIX)
    }
    if not asked:
        return None
    _refuse(spark, asked)
    return _made(spark.sparkContext.applicationId, tuple(sorted(asked.items())))


def _refuse(spark: SparkSession, asked: Mapping[str, str]) -> None:
    unknown = sorted(asked.keys() - {*OF_TASKS, *OF_EXECUTORS})
    if unknown:
        there = ", ".join((*OF_TASKS, *OF_EXECUTORS))
        raise ValueError(f"{PREFIX}{unknown[0]}: there is no such setting, but {there}")
    for name in ("task.cpus", "executor.cores", f"{GPU}amount"):
        if name in asked and not asked[name].isdecimal():
            raise ValueError(f"{PREFIX}{name} is a whole number, not {asked[name]!r}")
    amount = asked.get("task.resource.gpu.amount", "1")
    try:
        float(amount)
    except ValueError:
        raise ValueError(
            f"{PREFIX}task.resource.gpu.amount is a number, such as 1 or 0.5, not {amount!r}"
        ) from None
    master = str(spark.sparkContext.master)
    if master.partition("[")[0] == "local":
        raise ValueError(
            f"{PREFIX}*: Spark gives resources to single steps on YARN, Kubernetes and standalone "
            f"clusters alone, and this is {master}: leave these settings out"
        )
    dynamic = spark.sparkContext.getConf().get("spark.dynamicAllocation.enabled", "false")
    own = sorted(asked.keys() & {*OF_EXECUTORS})
    if own and dynamic != "true":
        raise ValueError(
            f"{PREFIX}{own[0]}: executors of their own need spark.dynamicAllocation.enabled=true; "
            "without it ask for the GPUs of all executors, spark.executor.resource.gpu.amount"
        )


@lru_cache(maxsize=1)
def _made(application: str, asked: tuple[tuple[str, str], ...]) -> ResourceProfile:
    """Return the session's only profile for these settings.

    Spark treats two equal profiles in a stage as a conflict, and does not give executors that were
    started for one to the other.
    """
    settings = dict(asked)
    wanted = ResourceProfileBuilder()
    tasks = TaskResourceRequests()
    if "task.cpus" in settings:
        tasks.cpus(int(settings["task.cpus"]))
    if "task.resource.gpu.amount" in settings:
        tasks.resource("gpu", float(settings["task.resource.gpu.amount"]))
    wanted.require(tasks)
    executors = ExecutorResourceRequests()
    if "executor.cores" in settings:
        executors.cores(int(settings["executor.cores"]))
    if "executor.memory" in settings:
        executors.memory(settings["executor.memory"])
    if "executor.memoryOverhead" in settings:
        executors.memoryOverhead(settings["executor.memoryOverhead"])
    if f"{GPU}amount" in settings:
        executors.resource(
            "gpu",
            int(settings[f"{GPU}amount"]),
            settings.get(f"{GPU}discoveryScript", ""),
            settings.get(f"{GPU}vendor", ""),
        )
    if settings.keys() & {*OF_EXECUTORS}:
        wanted.require(executors)
    return wanted.build
