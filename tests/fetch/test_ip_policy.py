import socket

import pytest

from crawl2clip.fetch.http.ip_policy import endpoints, is_refused, networks
from crawl2clip.fetch.results.fetch_errors import FetchError

PUBLIC = ["93.184.216.34", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
PUBLIC += ["192.88.98.255", "192.88.100.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"]
PUBLIC += ["2001:200::1", "2001:db7::1", "2001:db9::1", "2a00::1", "3ffd::1", "2002:808:808::1"]

REFUSED = [
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "169.254.169.254",  # metadata of most clouds
    "100.64.0.1",  # shared by a provider's customers
    "100.100.100.200",  # Alibaba's metadata, of that range
    "168.63.129.16",  # Azure's
    "192.0.0.192",  # Oracle's
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fd00:ec2::254",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "192.0.2.1",
    "192.31.196.1",
    "192.52.193.1",
    "192.88.99.1",  # the nearest relay of 6to4, whoever runs it
    "192.175.48.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "239.255.255.250",
    "100::1",
    "100:0:0:1::1",
    "2001::7f00:1",  # Teredo
    "2001:1::1",
    "2001:2::1",
    "2001:3::1",
    "2001:4:112::1",
    "2001:10::1",
    "2001:20::1",
    "2001:30::1",
    "2001:1ff:ffff::1",
    "2002:c0a8:101::1",
    "2620:4f:8000::1",
    "3ffe::1",
    "3fff::1",
    "3fff:fff:ffff::1",
    "4000::1",
    "5f00::1",
    "64:ff9b::a00:1",
    "64:ff9b:1::808:808",
    "::ffff:0:808:808",  # translated to IPv4, as are the mapped
    "::808:808",
    "::ffff:169.254.169.254",
    "fc00::1",
    "febf::1",
    "ff0e::1",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_fine(address: str) -> None:
    assert not is_refused(address, ())


@pytest.mark.parametrize("address", REFUSED)
def test_all_others_are_refused(address: str) -> None:
    assert is_refused(address, ())


def test_allowed_networks_are_fine_and_no_more() -> None:
    allowed = networks(["127.0.0.1/32", "fd00::/8"])

    assert not is_refused("127.0.0.1", allowed)
    assert not is_refused("::ffff:127.0.0.1", allowed)
    assert not is_refused("fd00:ec2::254", allowed)
    assert is_refused("127.0.0.2", allowed)
    assert is_refused("::1", allowed)
    assert not is_refused("8.8.8.8", allowed), "the public is not shut out"


def test_of_several_addresses_the_refused_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {"mixed.test": ["10.0.0.1", "8.8.8.8"], "inside.test": ["10.0.0.1", "127.0.0.1"]}

    def resolve(host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in answers[host]]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    assert [found.sockaddr for found in endpoints("mixed.test", 80, (), 1)] == [("8.8.8.8", 80)]
    with pytest.raises(FetchError, match=r"^refused address: 10\.0\.0\.1, 127\.0\.0\.1$"):
        endpoints("inside.test", 80, (), 1)


def test_a_network_must_be_one() -> None:
    with pytest.raises(ValueError, match=r"10\.0\.0\.1/8"):
        networks(["10.0.0.1/8"])  # has host bits set: not sure what is meant
