"""A Python worker of Spark, a process that runs one task after the other."""

import gc
from itertools import count

_ENDED = count()
# Libraries come in by need, and not all with the first task.
_TASKS = 3


def settle() -> None:
    """At a task's end: spare what this process has loaded all later collections of garbage.

    Spark collects after each task, through every object of every library: 70 ms, in which a
    hundred pages could be read.
    """
    if next(_ENDED) < _TASKS:
        gc.collect()
        gc.freeze()
