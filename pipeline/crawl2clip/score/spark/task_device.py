"""Which device a task may use: the one that Spark gave it, and no other."""

import os

from pyspark import TaskContext


def addresses() -> list[str]:
    """The task's GPUs as Spark's discovery script named them; empty outside a task or without."""
    task = TaskContext.get()
    gpus = task.resources().get("gpu") if task else None
    return list(gpus.addresses) if gpus else []


def threads() -> int:
    """CPUs that the task may use: `spark.task.cpus`."""
    task = TaskContext.get()
    return task.cpus() if task else 1


def of(addresses: list[str]) -> str:
    """torch's name of the first address, `cpu` without any.

    An address that is no number (a UUID, a slice of a GPU) becomes the one device that torch sees.
    """
    if not addresses:
        return "cpu"
    if addresses[0].isdigit():
        return f"cuda:{addresses[0]}"
    os.environ["CUDA_VISIBLE_DEVICES"] = addresses[0]  # read when CUDA is first used
    return "cuda:0"
