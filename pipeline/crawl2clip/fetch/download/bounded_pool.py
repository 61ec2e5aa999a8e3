"""Calls in threads, of which a bounded number are running or waiting to be consumed."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import islice
from queue import SimpleQueue
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def unordered(
    function: Callable[[T], R], items: Iterable[T], threads: int, cancel: Callable[[], None]
) -> Generator[tuple[T, Future[R]]]:
    """Call the function on each item in threads; yield items with their futures as they finish.

    Backpressure: twice as many calls as threads are started and not yet consumed, so that threads
    have work while one result is consumed, and no more results than that fill the memory.
    No thread outlives the iterator. If it is closed early, as when the consumer raises, calls that
    wait are dropped, and `cancel` must make those that run return.
    """
    rest = iter(items)
    done: SimpleQueue[tuple[T, Future[R]]] = SimpleQueue()
    pool = ThreadPoolExecutor(threads)

    def start(most: int) -> int:
        """Start so many calls, or as many as there are items left; return their number."""
        items = list(islice(rest, most))
        for item in items:
            pool.submit(function, item).add_done_callback(partial(finish, item))
        return len(items)

    def finish(item: T, future: Future[R]) -> None:
        done.put((item, future))

    try:
        running = start(2 * threads)
        while running:
            yield done.get()
            running += start(1) - 1
    except BaseException:
        cancel()
        raise
    finally:
        pool.shutdown(cancel_futures=True)
