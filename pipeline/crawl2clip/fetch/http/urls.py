"""URLs parsed as browsers do (WHATWG), once, so that no two parsers can be played off."""

from typing import NamedTuple

import ada_url

from crawl2clip.fetch.results.fetch_errors import FetchError

_PORTS = {"http:": 80, "https:": 443}


class Target(NamedTuple):
    """The parts of a URL that a request needs."""

    secure: bool
    host: str  # ASCII; an IPv6 address without brackets
    port: int
    path: str  # with the query


def normal(url: str, base: str | None = None) -> str:
    """Return the absolute URL, percent-encoded, its host in ASCII.

    User, password and fragment are left out. Raises FetchError if it is not a URL of http or https.
    """
    parsed = _parsed(url, base)
    parsed.username = parsed.password = parsed.hash = ""
    return str(parsed.href)


def target(url: str) -> Target:
    """Split a URL that `normal` returned."""
    parsed = _parsed(url)
    default = _PORTS[parsed.protocol]
    return Target(
        secure=parsed.protocol == "https:",
        host=parsed.hostname.strip("[]"),
        port=int(parsed.port) if parsed.port else default,
        path=parsed.pathname + parsed.search,
    )


def _parsed(url: str, base: str | None = None) -> ada_url.URL:
    try:
        parsed = ada_url.URL(url, base)
    except ValueError:
        raise FetchError("bad url", "not an absolute URL") from None
    if parsed.protocol not in _PORTS:
        raise FetchError("bad url", f"{parsed.protocol} is neither http: nor https:")
    return parsed
