import threading
import time

import pytest

from crawl2clip.fetch.download.bounded_pool import unordered


def no_cancel() -> None:
    raise AssertionError("nothing was to be cancelled")


def test_every_item_has_its_own_result_and_errors_stay_with_theirs() -> None:
    def half(number: int) -> int:
        if number % 7 == 0:
            raise ValueError(number)
        return number // 2

    for count in (0, 1, 7, 8, 9, 100):
        found = dict(unordered(half, range(count), 4, no_cancel))
        assert sorted(found) == list(range(count))
        good = {number: future for number, future in found.items() if number % 7}
        assert {number: future.result() for number, future in good.items()} == {
            number: number // 2 for number in good
        }
        assert all(isinstance(found[at].exception(), ValueError) for at in range(0, count, 7))


def test_no_more_than_twice_the_threads_are_started_and_not_consumed() -> None:
    started = consumed = most_held = 0
    lock, together, six = threading.Lock(), threading.Barrier(3), threading.Event()

    def call(item: int) -> None:
        nonlocal started, most_held
        with lock:
            started += 1
            most_held = max(most_held, started - consumed)
            if started == 6:
                six.set()
        if item < 3:
            together.wait(20)  # as many as there are threads

    for _ in unordered(call, range(60), 3, no_cancel):
        assert six.wait(20), "threads run ahead of a slow consumer"
        time.sleep(0.002)
        with lock:
            consumed += 1

    assert (most_held, started, consumed) == (6, 60, 60)


def test_a_consumer_that_raises_cancels_what_runs_and_drops_what_waits() -> None:
    cancelled, called = threading.Event(), []

    def wait(item: int) -> None:
        called.append(item)
        if item:
            cancelled.wait(20)

    results = unordered(wait, range(100), 3, cancelled.set)
    with pytest.raises(KeyError):
        for item, _ in results:
            results.throw(KeyError(item))

    assert cancelled.is_set()
    assert set(called) < set(range(7))
    assert not [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]
