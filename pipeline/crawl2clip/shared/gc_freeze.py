"""Freeze loaded objects in Python workers, which run one task after the other."""

import gc
from itertools import count

_ENDED = count()
# Libraries come in by need, and not all with the first task.
_TASKS = 3


def freeze_loaded_objects() -> None:
    """Exempt, at a task's end, all loaded objects from later garbage collections.

    Spark collects after each task, through every object of every library: 70 ms, in which a
    hundred pages could be read.
    """
    if next(_ENDED) < _TASKS:
        gc.collect()
        gc.freeze()
