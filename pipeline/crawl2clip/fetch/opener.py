"""What answers `urllib.request.urlopen` in a fetching task: bounded, and for hostile servers."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.request import OpenerDirector, Request, install_opener
from urllib.response import addinfourl

from crawl2clip.fetch import addresses, problems, robots, urls
from crawl2clip.fetch.connection import answer
from crawl2clip.fetch.deadline import Deadline
from crawl2clip.fetch.hosts import BUSY, Hosts
from crawl2clip.fetch.http_response import Response
from crawl2clip.fetch.problems import FetchError
from crawl2clip.fetch.urls import Target

PAUSE_SECONDS = 0.5  # before the first retry, twice as long before the next
_REDIRECTS = (301, 302, 303, 307, 308)
_CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress")


@dataclass(frozen=True)
class Limits:
    """How far to go for an image. The stage's docstring says what each one means."""

    user_agent: str | None = None
    respect_opt_out: bool = True
    allow_networks: tuple[str, ...] = ()
    retries: int = 2
    max_bytes: int = 20_000_000
    max_seconds: float = 30.0
    max_redirects: int = 5
    connections_per_host: int = 6


class Opener(OpenerDirector):
    """Fetches whole bodies over HTTP and HTTPS from public addresses, and nothing else.

    It has none of urllib's handlers: no proxies, files, FTP, cookies, passwords. All trouble that
    a server can make is a FetchError.
    """

    def __init__(self, limits: Limits, hosts: Hosts | None = None) -> None:
        """Share `hosts` with others, or have hosts of one's own."""
        super().__init__()
        self._limits = limits
        self._hosts = hosts or Hosts(limits.connections_per_host)
        self._allowed = addresses.networks(limits.allow_networks)

    def open(self, fullurl: str | Request, data: Any = None, timeout: Any = None) -> addinfourl:
        """The response, its body in memory. timeout: seconds for one wait on a socket."""
        request = fullurl if isinstance(fullurl, Request) else Request(fullurl)
        most = self._limits.max_seconds
        # urlopen without a timeout gives not None but an object of its own.
        deadline = Deadline(most, timeout if isinstance(timeout, int | float) else most)
        for attempt in range(self._limits.retries):
            try:
                return self._once(request, deadline)
            except FetchError as error:
                pause = max(PAUSE_SECONDS * 2**attempt, error.later)
                if not (error.transient and deadline.pause(pause)):
                    raise
        return self._once(request, deadline)

    def _once(self, request: Request, deadline: Deadline) -> addinfourl:
        try:
            return self._followed(request, deadline)
        except problems.ERRORS as error:
            raise problems.of_error(error) from error

    def _followed(self, request: Request, deadline: Deadline) -> addinfourl:
        """The response after redirects, each of which is checked like the first address."""
        url, seen = urls.normal(request.full_url), set[str]()
        headers = dict(request.header_items()) | {"Connection": "close"}
        while len(seen) <= self._limits.max_redirects:
            seen.add(url)
            target = urls.target(url)
            with (
                self._hosts.turn(target, deadline.left()),
                answer(target, headers, self._allowed, deadline) as response,
            ):
                if response.status not in _REDIRECTS:
                    self._check(target, response)
                    body = io.BytesIO(_body(response, self._limits.max_bytes))
                    return addinfourl(body, response.headers, url, response.status)
                url = _location(url, response)
            if url in seen:
                raise FetchError("too many redirects", "in a circle")
        raise FetchError("too many redirects", f"more than {self._limits.max_redirects}")

    def _check(self, target: Target, response: Response) -> None:
        """Raise FetchError if the response is not an image that may be taken."""
        if response.status != 200:
            later = response.headers.get("Retry-After")
            error = problems.of_status(response.status, response.reason, later)
            if response.status in BUSY and error.later:
                self._hosts.rest(target, response.status, error.later)
            raise error
        objection = robots.objection(response.headers, self._limits.user_agent)
        if objection and self._limits.respect_opt_out:
            raise FetchError("opted out", objection)


def _location(url: str, response: Response) -> str:
    where = response.headers.get("Location")
    if where is None:
        raise FetchError(f"http {response.status}", "a redirect without Location")
    # Headers are read as Latin-1; what servers mean is UTF-8.
    return urls.normal(where.encode("latin-1").decode("utf-8", "replace"), base=url)


def _body(response: Response, max_bytes: int) -> bytes:
    """All bytes as they came over the wire, or FetchError if too many, too few or packed."""
    for value in response.headers.get_all("Content-Encoding", []):
        for coding in value.lower().split(","):
            if coding.strip() in _CODINGS:  # we asked for none: it might unpack to anything
                raise FetchError("encoded body", coding.strip())
    if response.length is not None and response.length > max_bytes:
        raise FetchError("too large", f"{response.length} bytes, more than {max_bytes}")
    body = bytearray()
    for piece in response.body:
        body += piece
        if len(body) > max_bytes:
            raise FetchError("too large", f"more than {max_bytes} bytes")
    if response.length is not None and len(body) < response.length:
        raise FetchError("truncated", f"{len(body)} of {response.length} bytes")
    return bytes(body)


@contextmanager
def installed(opener: Opener) -> Iterator[None]:
    """Let the opener answer `urlopen` in this process; afterwards urllib's own does again."""
    install_opener(opener)
    try:
        yield
    finally:
        install_opener(None)  # how it starts
