import ada_url
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.filter.blocklists.host_matcher import domain, hosts, is_under


def test_hosts_are_those_that_a_browser_would_ask() -> None:
    urls = {
        "http://a.example.com/x?y#z": "a.example.com",
        "https://user:pass@EXAMPLE.com:8080/": "example.com",
        "http://bad.example\\@good.example/": "bad.example",
        "http://good.example@bad.example/": "bad.example",
        "http:/\\/bad.example": "bad.example",
        "http://bücher.example/": "xn--bcher-kva.example",
        "http://ex%61mple.com./": "example.com",
        "http://0x7f.1/": "127.0.0.1",
        "https://[::1]/": "[::1]",
        "https://my_cdn.example": "my_cdn.example",
        "https://example.com:99999/": None,
        "//example.com/": None,
        "no address": None,
        None: None,
    }

    assert hosts(pa.array(list(urls))).to_pylist() == list(urls.values())


def test_a_listed_domain_stands_for_all_below_it() -> None:
    listed = frozenset(map(domain, ["Example.com", "*.bücher.de", ".photos.org", "10.0.0.1"]))
    urls = {
        "http://example.com/": True,
        "http://images.EXAMPLE.com:81/": True,
        "http://myexample.com/": False,
        "http://example.com.org/": False,
        "http://com/": False,
        "http://xn--bcher-kva.de/": True,
        "http://www.BÜCHER.de/": True,
        "http://a.b.c.photos.org/": True,
        "http://10.0.0.1/": True,
        "http://167772161/": True,  # the same address as one number
        "nothing": False,
        None: False,
    }

    assert is_under(pa.array(list(urls)), listed).to_pylist() == list(urls.values())


def test_no_domains_and_no_addresses() -> None:
    assert is_under(pa.array(["http://a.b/"]), frozenset()).to_pylist() == [False]
    assert is_under(pa.array([], pa.string()), frozenset(["a.b"])).to_pylist() == []


@pytest.mark.parametrize(
    "entry", ["", "http://a.com", "a.com/x", "a.com:80", "me@a.com", "a b.com", "*", "a\\b"]
)
def test_an_entry_that_is_no_domain_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is not a domain"):
        domain(entry)


_SIGNS = st.text("abcZ019.-_:/@?#%\\[]x ü\t", max_size=16)


@given(st.sampled_from(["http://", "https://", "http:", "HTTP://", ""]), _SIGNS)
def test_the_short_way_reads_hosts_like_the_long_one(scheme: str, rest: str) -> None:
    try:
        expected = ada_url.URL(scheme + rest).hostname.rstrip(".") or None
    except ValueError:
        expected = None

    assert hosts(pa.array([scheme + rest])).to_pylist() == [expected]
