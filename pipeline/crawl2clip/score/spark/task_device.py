"""Select the device that Spark assigned to a task."""

import os

from pyspark import TaskContext


def addresses() -> list[str]:
    """Return the addresses of the task's GPUs; empty outside a task or without GPUs."""
    task = TaskContext.get()
    gpus = task.resources().get("gpu") if task else None
    return list(gpus.addresses) if gpus else []


def threads() -> int:
    """Return the number of CPUs that the task may use: `spark.task.cpus`."""
    task = TaskContext.get()
    return task.cpus() if task else 1


def torch_name(addresses: list[str]) -> str:
    """Return torch's name of the first address, or `cpu` without one.

    An address that is not a number (a UUID, a slice of a GPU) becomes the only device that torch
    sees.
    """
    if not addresses:
        return "cpu"
    if addresses[0].isdigit():
        return f"cuda:{addresses[0]}"
    os.environ["CUDA_VISIBLE_DEVICES"] = addresses[0]  # read when CUDA is first used
    return "cuda:0"
