"""Addresses as a browser reads them (WHATWG), so that no two parsers can be played off."""

from typing import NamedTuple

import ada_url

from crawl2clip.fetch.problems import FetchError

_PORTS = {"http:": 80, "https:": 443}


class Target(NamedTuple):
    """Whom to ask, and for what."""

    secure: bool
    host: str  # ASCII; an IPv6 address without brackets
    port: int
    path: str  # with the query


def normal(url: str, base: str | None = None) -> str:
    """The absolute URL, percent-encoded, its host in ASCII; without user, password and fragment.

    Raises FetchError if it is none, or not one of http or https.
    """
    parsed = _parsed(url, base)
    parsed.username = parsed.password = parsed.hash = ""
    return str(parsed.href)


def target(url: str) -> Target:
    """The parts of a URL that `normal` gave back."""
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
