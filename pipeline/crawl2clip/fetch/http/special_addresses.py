"""Networks in which no public web server stands, whatever the version of Python thinks of them.

`ipaddress.is_global` changes between Python 3.11 and 3.13, and calls 224.0.0.1 global. The tables
here are IANA's IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890) as of 2025, each entry
of them, also those marked as globally reachable: behind them are relays and sinks of anycast,
which are whatever is nearest. They leave out multicast and what no registry has, which is added.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # "this network", RFC 791
        "10.0.0.0/8",  # private use, RFC 1918
        "100.64.0.0/10",  # shared by a provider's customers, RFC 6598; Alibaba's metadata
        "127.0.0.0/8",  # loopback, RFC 1122
        "168.63.129.16/32",  # no registry: Azure's services for its virtual machines
        "169.254.0.0/16",  # link local, RFC 3927; metadata of most clouds
        "172.16.0.0/12",  # private use, RFC 1918
        "192.0.0.0/24",  # IETF protocol assignments, RFC 6890; Oracle's metadata
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.31.196.0/24",  # AS112, RFC 7535
        "192.52.193.0/24",  # AMT relays, RFC 7450
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",  # private use, RFC 1918
        "192.175.48.0/24",  # AS112, RFC 7534
        "198.18.0.0/15",  # benchmarking, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved, RFC 1112; with limited broadcast, RFC 919
    )
)

# All that IANA gives to registries is in here (RFC 3513). Outside are, of the special registry,
# ::, ::1, 100::/64, 100:0:0:1::/64, 64:ff9b:1::/48, 5f00::/16, fc00::/7 and fe80::/10; IPv4
# addresses written as IPv6 ones; fec0::/10; multicast; and what is not assigned.
GLOBAL_UNICAST = IPv6Network("2000::/3")

IPV6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # IETF protocol assignments, RFC 2928: Teredo, ORCHID, benchmarking, ...
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4, RFC 3056
        "2620:4f:8000::/48",  # AS112, RFC 7534
        "3ffe::/16",  # no registry: the former 6bone, RFC 3701
        "3fff::/20",  # documentation, RFC 9637
    )
)


def is_special(address: IPv4Address | IPv6Address) -> bool:
    """Return whether the address is in one of these networks, or in unassigned IPv6 space."""
    if isinstance(address, IPv4Address):
        return any(address in network for network in IPV4)
    return address not in GLOBAL_UNICAST or any(address in network for network in IPV6)
