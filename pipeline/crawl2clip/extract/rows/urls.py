"""Resolve the links of a page to absolute URLs by the rules of browsers (WHATWG)."""

import re

import ada_url

from crawl2clip.io.printable import printable

# Links in which there is nothing that a parser would change: most, and parsing is slow.
_PATH = r"/[A-Za-z0-9_~/.,:;=&?%@!*()+-]*"
_PLAIN = re.compile(rf"https?://(?:[a-z0-9][a-z0-9-]*\.)+[a-z]{{2,}}{_PATH}", re.ASCII)
_PLAIN_PATH = re.compile(rf"(?!//){_PATH}", re.ASCII)
# Dots may be steps in a path, even as %2e, and a name with xn-- may be none.
_NOT_PLAIN = re.compile(r"/\.|%2[eE]|xn--")


def base_url(page_url: str, base_href: str | None) -> str | None:
    """Return the base of the page's links, without user; None if its own address is invalid."""
    is_plain = _PLAIN.fullmatch(page_url) and not _NOT_PLAIN.search(page_url)
    try:
        page = page_url if is_plain else _without_user(ada_url.normalize_url(page_url))
    except ValueError:
        return None
    try:
        return _without_user(ada_url.join_url(page, base_href)) if base_href else page
    except ValueError:  # browsers, too, ignore such a <base>
        return page


def bad_url(link: str) -> str:
    """Return the problem of an image with an invalid link, such as "http://[oops".

    The link comes without its user, as `link_without_user` returns it.
    """
    return f"bad url: {printable(link.strip())}"


def absolute(link: str, base: str | None) -> str:
    """Return the link's URL, percent-encoded, host in lower case, without user or password.

    base: as `base_url` returns it. Raises ValueError for an invalid link, or one that is neither
    http nor https.
    """
    if not _NOT_PLAIN.search(link):
        if _PLAIN.fullmatch(link):
            return link
        if base and base.startswith("http") and _PLAIN_PATH.fullmatch(link):
            return _without_user(base[: base.index("/", 8)] + link)
    url = ada_url.join_url(base, link) if base else ada_url.normalize_url(link)
    if not url.startswith(("http://", "https://")):
        raise ValueError(f"not http: {url.partition(':')[0][:20]}")
    return _without_user(url)


def _without_user(url: str) -> str:
    """Remove what stands before the @ of the host from a URL as ada writes it."""
    if "@" not in url:
        return url
    scheme, slashes, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{host.rpartition('@')[2]}{slash}{path}"
