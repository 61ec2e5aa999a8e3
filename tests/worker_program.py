"""What a worker process does with memory. Argument: a function's name; prints its answer."""

import gc
import sys
import weakref

from crawl2clip.shared.gc_freeze import freeze_loaded_objects


def loaded() -> bool:
    """Whether what is loaded is no longer looked through."""
    freeze_loaded_objects()
    return gc.get_freeze_count() > 1000 and len(gc.get_objects()) < 1000


def later() -> bool:
    """Whether what comes later is collected."""
    freeze_loaded_objects()
    gc.disable()
    each: list[list[object]] = [[] for _ in range(50)]
    for one in each:
        one.append(one)
    del each, one
    return gc.collect() >= 50


class Own:
    itself: "Own"


def garbage() -> bool:
    """Whether garbage of a first task is gone."""
    gc.disable()
    one = Own()
    one.itself = one
    gone = weakref.ref(one)
    del one
    freeze_loaded_objects()
    return gone() is None


def tasks() -> bool:
    """Whether tasks after the first ones keep nothing more."""
    for _ in range(3):
        freeze_loaded_objects()
    kept = gc.get_freeze_count()
    more: list[list[object]] = [[] for _ in range(100)]
    freeze_loaded_objects()
    return gc.get_freeze_count() == kept and len(more) == 100


def archive() -> bool:
    """Whether reading an archive settles the process."""
    from crawl2clip.extract.warc_pairs import Archive, WarcPairsReader, from_options

    list(WarcPairsReader("x", None, from_options({})).read(Archive("x")))
    return gc.get_freeze_count() > 1000


def limited() -> bool:
    """Whether a local session gives three rows of many."""
    from crawl2clip.engine.session import local_session

    rows = local_session(1).range(0, 400_000, 1, 2).mapInArrow(lambda all: all, "id LONG")
    return len(rows.limit(3).collect()) == 3


print(globals()[sys.argv[1]]())
