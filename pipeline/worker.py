"""A Python worker of Spark, a process that runs one task after the other."""

import gc
from functools import cache


@cache
def settle() -> None:
    """Spare what this process has loaded so far all later collections of garbage.

    Spark collects after each task, through every object of every library: 30 ms, in which a
    hundred pages could be read.
    """
    gc.freeze()
