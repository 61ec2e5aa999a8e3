"""Politeness to hosts: few connections at a time, none while a host asks to be left alone."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from crawl2clip.fetch.http.urls import Target
from crawl2clip.fetch.results.fetch_errors import FetchError

BUSY = (429, 503)  # the statuses with which a server speaks of itself, not of the image
_MOST_REST_SECONDS = 86_400.0  # servers are not to be trusted with more
_MOST_RESTING = 10_000  # hosts; those whose rest ends first are forgotten first


class _Rest(NamedTuple):
    end: float  # of time.monotonic
    status: int


@dataclass
class _Gate:
    turns: threading.Semaphore
    users: int = 0  # who have a turn or wait for one


class Hosts:
    """A count of the connections to each host, and a record of hosts that sent Retry-After.

    A host is a name; a port other than those of http and https makes it another host.
    """

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._lock = threading.Lock()
        self._gates: dict[str, _Gate] = {}
        self._rests: dict[str, _Rest] = {}

    @contextmanager
    def turn(self, target: Target, seconds: float) -> Iterator[None]:
        """Hold one of the host's connections, after waiting for it for at most `seconds`.

        Raises FetchError if none comes free in that time, or if the host asked to be left alone.
        """
        host = _name(target)
        with self._gate(host) as gate:
            if not gate.turns.acquire(timeout=seconds):
                raise FetchError("timeout", "its host was busy with other requests of ours")
            try:
                self._refuse_resting(host)
                yield
            finally:
                gate.turns.release()

    def rest(self, target: Target, status: int, seconds: float) -> None:
        """Refuse all requests to the host for so many seconds; `status` is its HTTP status."""
        now = time.monotonic()
        with self._lock:
            if len(self._rests) >= _MOST_RESTING:
                self._rests = {host: rest for host, rest in self._rests.items() if rest.end > now}
            while len(self._rests) >= _MOST_RESTING:
                del self._rests[min(self._rests, key=lambda host: self._rests[host].end)]
            self._rests[_name(target)] = _Rest(now + min(seconds, _MOST_REST_SECONDS), status)

    @contextmanager
    def _gate(self, host: str) -> Iterator[_Gate]:
        with self._lock:
            gate = self._gates.setdefault(host, _Gate(threading.Semaphore(self._connections)))
            gate.users += 1
        try:
            yield gate
        finally:
            with self._lock:
                gate.users -= 1
                if not gate.users:
                    del self._gates[host]

    def _refuse_resting(self, host: str) -> None:
        with self._lock:
            rest = self._rests.get(host)
            left = rest.end - time.monotonic() if rest else 0.0
            if rest and left <= 0:
                del self._rests[host]
        if rest and left > 0:
            detail = "not asked: the host wants to be left alone (Retry-After)"
            raise FetchError(f"http {rest.status}", detail, later=left)


def of_process(connections: int) -> Hosts:
    """Return the hosts that all tasks of this process share."""
    return _hosts(os.getpid(), connections)


@lru_cache(maxsize=1)
def _hosts(pid: int, connections: int) -> Hosts:
    return Hosts(connections)


def _name(target: Target) -> str:
    host = target.host.rstrip(".")
    return host if target.port in (80, 443) else f"{host}:{target.port}"
