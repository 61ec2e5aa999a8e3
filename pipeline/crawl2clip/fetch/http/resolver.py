"""Host names resolved by the system, but within a time limit.

getaddrinfo knows the hosts file, IPv6 and how this machine is set up, and takes no timeout: a name
server that never answers holds it for 40 seconds and more. So it runs in threads of its own, which
the caller leaves behind. There are never more than a fixed number of them, and one for each name.
"""

import os
import socket
import threading
import time
from concurrent.futures import Future
from functools import lru_cache
from typing import Any

from crawl2clip.fetch.results.fetch_errors import FetchError

# Lookups at a time in this process; most are done in milliseconds. More than a task has downloads,
# so that names without an answer don't stand in the way of those that have one.
MOST_LOOKUPS = 128

AddressInfo = tuple[Any, ...]  # as socket.getaddrinfo returns them


class Resolver:
    """Looks names up, at most `most` at a time; those that hang count until they end."""

    def __init__(self, most: int = MOST_LOOKUPS) -> None:
        self._free = threading.BoundedSemaphore(most)
        self._lock = threading.Lock()
        self._running: dict[tuple[str, int], Future[list[AddressInfo]]] = {}

    def __call__(self, host: str, port: int, seconds: float) -> list[AddressInfo]:
        """Return what getaddrinfo does, raise what it raises, or FetchError after `seconds`.

        Whoever asks for a name that is being looked up waits for that lookup.
        """
        end = time.monotonic() + seconds
        try:
            lookup = self._running.get((host, port)) or self._start(host, port, seconds)
            return lookup.result(max(0.0, end - time.monotonic()))
        except TimeoutError:
            raise FetchError("dns failure", "no answer in time", transient=True) from None

    def _start(self, host: str, port: int, seconds: float) -> Future[list[AddressInfo]]:
        if not self._free.acquire(timeout=seconds):
            raise TimeoutError
        with self._lock:
            if running := self._running.get((host, port)):
                self._free.release()
                return running
            lookup = self._running[host, port] = Future[list[AddressInfo]]()
        # A daemon: the process may end while a lookup hangs.
        threading.Thread(target=self._run, args=(lookup, host, port), daemon=True).start()
        return lookup

    def _run(self, lookup: Future[list[AddressInfo]], host: str, port: int) -> None:
        try:
            lookup.set_result(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except Exception as error:  # the caller raises it
            lookup.set_exception(error)
        finally:
            with self._lock:
                del self._running[host, port]
            self._free.release()


def resolve(host: str, port: int, seconds: float) -> list[AddressInfo]:
    """Look the host up, sharing the limit on lookups with all of this process."""
    return _resolver(os.getpid())(host, port, seconds)


@lru_cache(maxsize=1)
def _resolver(pid: int) -> Resolver:
    """Return the resolver of this process: threads and locks don't survive a fork."""
    return Resolver()
