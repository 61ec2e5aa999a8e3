"""HTTP GET from servers that may be hostile: every byte, second and address is bounded."""

from dataclasses import dataclass

from crawl2clip.fetch.http import ip_policy
from crawl2clip.fetch.http.cancellation import Cancellation
from crawl2clip.fetch.http.deadline import Deadline
from crawl2clip.fetch.http.hosts import BUSY, Hosts
from crawl2clip.fetch.http.http_response import Response
from crawl2clip.fetch.http.opt_out_headers import objection
from crawl2clip.fetch.http.pinned_connection import response_to_get
from crawl2clip.fetch.http.urls import Target, normal, target
from crawl2clip.fetch.results.fetch_errors import (
    NETWORK_ERRORS,
    FetchError,
    network_error,
    status_error,
)

PAUSE_SECONDS = 0.5  # before the first retry, twice as long before the next
_REDIRECTS = (301, 302, 303, 307, 308)
_CODINGS = ("gzip", "x-gzip", "deflate", "br", "zstd", "compress", "x-compress")
# img2dataset's, so that servers answer us as they answered those who made the published sets.
_BROWSER = "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:72.0) Gecko/20100101 Firefox/72.0"
_PAGE_ABOUT_US = "https://github.com/rom1504/img2dataset"


@dataclass(frozen=True)
class Limits:
    """The limits and retries for an image: settings of `download_images`, defined in its docstring.

    This is the one place where their names, types and defaults stand.
    """

    threads: int = 32
    retries: int = 2
    timeout_seconds: float = 10.0
    max_seconds: float = 30.0
    max_bytes: int = 20_000_000
    max_redirects: int = 5
    connections_per_host: int = 6
    user_agent: str | None = None
    respect_opt_out: bool = True
    allow_networks: tuple[str, ...] = ()


class SafeHttp:
    """Gets whole bodies over HTTP and HTTPS from public addresses, and nothing else.

    There are no proxies, files, FTP, cookies or passwords. Many threads may share one.
    """

    def __init__(
        self,
        limits: Limits,
        hosts: Hosts | None = None,
        cancellation: Cancellation | None = None,
    ) -> None:
        """Share `hosts` with others, to keep to `connections_per_host` together."""
        self._limits = limits
        self._hosts = hosts or Hosts(limits.connections_per_host)
        self._cancellation = cancellation or Cancellation()
        self._allowed = ip_policy.networks(limits.allow_networks)
        self._headers = {"User-Agent": _user_agent(limits.user_agent), "Connection": "close"}

    def get(self, url: str) -> bytes:
        """Return the body of the response, after redirects and retries.

        Raises FetchError for everything that a server can do wrong.
        """
        limits = self._limits
        deadline = Deadline(limits.max_seconds, limits.timeout_seconds, self._cancellation)
        for attempt in range(limits.retries):
            try:
                return self._once(url, deadline)
            except FetchError as error:
                pause = max(PAUSE_SECONDS * 2**attempt, error.later)
                if not (error.transient and deadline.pause(pause)):
                    raise
        return self._once(url, deadline)

    def _once(self, url: str, deadline: Deadline) -> bytes:
        try:
            return self._followed(normal(url), deadline)
        except NETWORK_ERRORS as error:
            raise network_error(error) from error

    def _followed(self, url: str, deadline: Deadline) -> bytes:
        """Return the body after redirects, each of which is checked like the first URL."""
        seen = set[str]()
        while len(seen) <= self._limits.max_redirects:
            seen.add(url)
            to = target(url)
            with (
                self._hosts.turn(to, deadline.left()),
                response_to_get(to, self._headers, self._allowed, deadline) as response,
            ):
                if response.status not in _REDIRECTS:
                    self._check(to, response)
                    return _body(response, self._limits.max_bytes)
                url = _location(url, response)
            if url in seen:
                raise FetchError("too many redirects", "in a circle")
        raise FetchError("too many redirects", f"more than {self._limits.max_redirects}")

    def _check(self, to: Target, response: Response) -> None:
        """Raise FetchError if the response is not an image that may be taken."""
        if response.status != 200:
            later = response.headers.get("Retry-After")
            error = status_error(response.status, response.reason, later)
            if response.status in BUSY and error.later:
                self._hosts.rest(to, response.status, error.later)
            raise error
        owner_says = objection(response.headers, self._limits.user_agent)
        if owner_says and self._limits.respect_opt_out:
            raise FetchError("opted out", owner_says)


def _user_agent(token: str | None) -> str:
    if token is None:
        return _BROWSER
    return f"{_BROWSER} (compatible; {token.strip().lower()}; +{_PAGE_ABOUT_US})"


def _location(url: str, response: Response) -> str:
    where = response.headers.get("Location")
    if where is None:
        raise FetchError(f"http {response.status}", "a redirect without Location")
    # Headers are read as Latin-1; what servers mean is UTF-8.
    return normal(where.encode("latin-1").decode("utf-8", "replace"), base=url)


def _body(response: Response, max_bytes: int) -> bytes:
    """Return all bytes as they came over the wire.

    Raises FetchError if there are too many or too few of them, or if they are compressed.
    """
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
