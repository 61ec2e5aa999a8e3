"""Extract the hosts of URLs and test whether they belong to given domains."""

from collections.abc import Container, Iterable

import ada_url
import pyarrow as pa
import pyarrow.compute as pc

# Matches most URLs: those in which a browser would see exactly the host written. The last label
# starts with a letter, because http://0x7f.1/ is an IPv4 address.
_PLAIN = (
    r"^https?://(?P<host>(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z](?:[a-z0-9-]*[a-z0-9])?)"
    r"(?::[0-9]{1,4})?(?:[/?#]|$)"
)


def domain(entry: str) -> str:
    """Normalise an entry of a domain list: "*.Bücher.de" -> "xn--bcher-kva.de".

    Raises ValueError if the entry is neither a domain nor an IP address.
    """
    name = entry.removeprefix("*").removeprefix(".")
    host = _host(f"http://{name}/")
    if not host or any(sign in name for sign in "/?#@\\ ") or host.count(":") < name.count(":"):
        raise ValueError(f"{entry!r} is not a domain; example.com would be one")
    return host


def hosts(urls: pa.Array) -> pa.Array:
    """Return the host of each URL as a browser reads it; null for an invalid URL.

    User and port are left out. IDNs are returned in their ASCII form.
    """
    plain = pc.struct_field(pc.extract_regex(urls, _PLAIN), "host")
    odd = pc.and_(pc.is_null(plain), pc.is_valid(urls))
    if not pc.any(odd).as_py():
        return plain
    read = [_host(url) for url in urls.filter(odd).to_pylist()]
    return pc.replace_with_mask(plain, odd, pa.array(read, pa.string()))


def is_under(urls: pa.Array, domains: Container[str]) -> pa.Array:
    """Return whether each URL is under one of the domains; false for an invalid URL."""
    encoded = hosts(urls).dictionary_encode()
    known = [_is_or_below(host, domains) for host in encoded.dictionary.to_pylist()]
    return pc.fill_null(pa.array(known, pa.bool_()).take(encoded.indices), False)


def _is_or_below(host: str, domains: Container[str]) -> bool:
    return any(name in domains for name in _parents(host))


def _parents(host: str) -> Iterable[str]:
    yield host
    while "." in host:
        host = host.partition(".")[2]
        yield host


def _host(url: str) -> str | None:
    try:
        return str(ada_url.URL(url).hostname).rstrip(".") or None
    except ValueError:
        return None
