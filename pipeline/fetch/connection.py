"""One HTTP exchange with an address that was checked, under a deadline that nothing outlives."""

import io
import socket
import ssl
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from http.client import HTTPConnection, HTTPResponse
from typing import Any

from pipeline.fetch.addresses import Endpoint, Network, endpoints
from pipeline.fetch.urls import Target

_MOST_ADDRESSES = 3  # of one host, before giving up: some have dozens, all of them dead


class Deadline:
    """Seconds for everything, and for each wait on a socket."""

    def __init__(self, total_seconds: float, wait_seconds: float) -> None:
        self._end = time.monotonic() + total_seconds
        self._total, self._wait = total_seconds, wait_seconds

    def wait(self) -> float:
        """How long the next wait may take. Raises TimeoutError if the time is up."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError(f"not done in {self._total:g} seconds")
        return min(left, self._wait)

    def pause(self, seconds: float) -> bool:
        """Sleep, and say whether there was time for it; if not, return at once."""
        if self._end - time.monotonic() <= seconds:
            return False
        time.sleep(seconds)
        return True


class _TimedReader(io.RawIOBase):
    """Reads a socket; each read gets what time the deadline leaves.

    A timeout set once would not do: it starts anew with every byte that drips in.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until it is closed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.wait())
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """The little of a socket that http.client uses."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.wait())
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._deadline))

    def close(self) -> None:
        self._sock.close()


class _CheckedConnection(HTTPConnection):
    """Connects to the given endpoints, whatever the host's name resolves to by now."""

    def __init__(self, target: Target, to: Sequence[Endpoint], deadline: Deadline) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.secure else 80  # the Host header leaves it out
        self._to, self._deadline, self._secure = to, deadline, target.secure

    def connect(self) -> None:
        sock = _connected(self._to, self._deadline)
        if self._secure:
            sock.settimeout(self._deadline.wait())
            # A certificate names the host without the dot that ends an absolute name.
            sock = tls().wrap_socket(sock, server_hostname=self.host.rstrip("."))
        self.sock = _TimedSocket(sock, self._deadline)


def _connected(to: Sequence[Endpoint], deadline: Deadline) -> socket.socket:
    """A socket connected to the first endpoint that answers. Raises the last one's OSError."""
    *others, last = to[:_MOST_ADDRESSES]
    for endpoint in others:
        try:
            return _connect(endpoint, deadline)
        except OSError:  # the next may answer: often only IPv4 or only IPv6 works
            continue
    return _connect(last, deadline)


def _connect(endpoint: Endpoint, deadline: Deadline) -> socket.socket:
    sock = socket.socket(endpoint.family, socket.SOCK_STREAM)
    try:
        sock.settimeout(deadline.wait())
        sock.connect(endpoint.sockaddr)
    except OSError:
        sock.close()
        raise
    return sock


@lru_cache(maxsize=1)  # loading the authorities' certificates takes 20 ms
def tls() -> ssl.SSLContext:
    """Checks certificate and host name, like a browser."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@contextmanager
def answer(
    target: Target, headers: Mapping[str, str], allowed: Sequence[Network], deadline: Deadline
) -> Iterator[HTTPResponse]:
    """The response to a GET, its headers read and its body not.

    Raises FetchError for an address that is refused, OSError or HTTPException for other trouble.
    """
    deadline.wait()
    to = endpoints(target.host, target.port, allowed)
    connection = _CheckedConnection(target, to, deadline)
    try:
        connection.request("GET", target.path, headers=dict(headers))
        with connection.getresponse() as response:  # which the connection need not know any more
            yield response
    finally:
        connection.close()
