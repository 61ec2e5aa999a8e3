"""The addresses that may be connected to: the public internet, and what the operator allows.

A page can name any host, and any host name can resolve to any address: the cloud's metadata
service, the loopback interface, a printer. So addresses are checked, not names, and the
connection goes to the very address that was checked.
"""

from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any, NamedTuple

from crawl2clip.fetch.http.resolver import resolve
from crawl2clip.fetch.http.special_addresses import is_special
from crawl2clip.fetch.results.fetch_errors import FetchError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_NAT64 = ip_network("64:ff9b::/96")


class Endpoint(NamedTuple):
    """An address family and an address to connect to, as `socket` wants them."""

    family: int
    sockaddr: tuple[Any, ...]


def networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Parse networks in CIDR notation. Raises ValueError, naming the text, for anything else."""
    return tuple(ip_network(text) for text in texts)


def is_refused(address: str, allowed: Sequence[Network]) -> bool:
    """Return whether the address is neither public nor in one of the allowed networks."""
    ip = _embedded(ip_address(address))
    if any(ip in network for network in allowed):
        return False
    return is_special(ip)


def _embedded(ip: Address) -> Address:
    """Return the IPv4 address that a mapped, 6to4 or NAT64 address leads to, else the address."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFF_FFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


def endpoints(host: str, port: int, allowed: Sequence[Network], seconds: float) -> list[Endpoint]:
    """Resolve the host to the addresses that may be connected to, at least one, in its order.

    Raises FetchError if there is none, or none within `seconds`; OSError or UnicodeError if the
    name can't be resolved.
    """
    found = resolve(host, port, seconds)
    good = [
        Endpoint(family, address)
        for family, _, _, _, address in found
        if not is_refused(str(address[0]), allowed)
    ]
    if not good:
        refused = ", ".join(sorted({str(address[0]) for *_, address in found}))
        raise FetchError("refused address", refused)
    return good
