"""One HTTP exchange with an IP address that was checked, under a deadline that ends all waits."""

import io
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import lru_cache
from http.client import HTTPConnection
from typing import Any

from crawl2clip.fetch.http.deadline import Deadline
from crawl2clip.fetch.http.http_response import Response, read_response
from crawl2clip.fetch.http.ip_policy import Endpoint, Network, endpoints
from crawl2clip.fetch.http.urls import Target
from crawl2clip.fetch.results.fetch_errors import FetchError

_MOST_ADDRESSES = 3  # of one host, before giving up: some have dozens, all of them dead

# Each read costs some microseconds, so a server that sends a byte a packet, or a TLS record, buys
# much of our time with little of its own. Honest packets hold a thousand bytes.
_FREE_READS = 10_000
_LEAST_BYTES_A_READ = 64


class _TimedReader(io.RawIOBase):
    """Reads a socket; each read may take the time that the deadline leaves.

    A timeout set once would not do: it starts anew with every byte that drips in.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline
        self._raw = sock.makefile("rb", buffering=0)  # keeps the socket open until it is closed
        self._free = _FREE_READS

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._sock.settimeout(self._deadline.wait())
        count = self._raw.readinto(buffer)
        self._free += (count or 0) // _LEAST_BYTES_A_READ - 1
        if self._free < 0:
            raise FetchError("bad response", "its bytes come one by one")
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """Offers the part of a socket that http.client uses, each call under the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock, self._deadline = sock, deadline

    def sendall(self, data: bytes) -> None:
        self._sock.settimeout(self._deadline.wait())
        self._sock.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, self._deadline))

    def close(self) -> None:
        self._sock.close()


class _PinnedConnection(HTTPConnection):
    """Connects to the given endpoints, whatever the host's name resolves to by now."""

    def __init__(self, target: Target, to: Sequence[Endpoint], deadline: Deadline) -> None:
        super().__init__(target.host, target.port)
        self.default_port = 443 if target.secure else 80  # the Host header leaves it out
        self._to, self._deadline, self._secure = to, deadline, target.secure

    def connect(self) -> None:
        sock = _connected(self._to, self._deadline)
        if self._secure:
            sock = self._encrypted(sock)
        self.sock = _TimedSocket(sock, self._deadline)

    def _encrypted(self, sock: socket.socket) -> ssl.SSLSocket:
        # A certificate names the host without the dot that ends an absolute name.
        name = self.host.rstrip(".")
        secure = tls().wrap_socket(sock, server_hostname=name, do_handshake_on_connect=False)
        try:
            self._deadline.cancellation.watch(secure)
            secure.settimeout(self._deadline.wait())
            secure.do_handshake()
        except BaseException:
            secure.close()
            raise
        return secure


def _connected(to: Sequence[Endpoint], deadline: Deadline) -> socket.socket:
    """Return a socket connected to the first endpoint that answers.

    Raises the OSError of the last one if none does.
    """
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
        deadline.cancellation.watch(sock)
        sock.settimeout(deadline.wait())
        sock.connect(endpoint.sockaddr)
    except OSError:
        sock.close()
        raise
    return sock


@lru_cache(maxsize=1)  # loading the authorities' certificates takes 20 ms
def tls() -> ssl.SSLContext:
    """Return the TLS settings that check certificate and host name, like a browser."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


@contextmanager
def response_to_get(
    target: Target, headers: Mapping[str, str], allowed: Sequence[Network], deadline: Deadline
) -> Iterator[Response]:
    """Yield the response to a GET of the target, its headers read and its body not.

    Raises FetchError for an address that is refused or a server that breaks the rules, OSError or
    HTTPException for other trouble.
    """
    to = endpoints(target.host, target.port, allowed, deadline.wait())
    connection = _PinnedConnection(target, to, deadline)
    try:
        connection.request("GET", target.path, headers=dict(headers))
        with closing(connection.sock.makefile("rb")) as stream:
            yield read_response(stream)
    finally:
        connection.close()
