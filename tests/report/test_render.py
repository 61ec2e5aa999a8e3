import pytest
from markupsafe import Markup

from crawl2clip.report.render import (
    address,
    duration,
    harmless,
    lines,
    link,
    number,
    percent,
    size,
    when,
)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/p?q=1#x",
        "http://127.0.0.1:8000/",
        "HTTPS://A.example",
        "http://ñ.example",
    ],
)
def test_web_addresses_become_links(url: str) -> None:
    assert link(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "\x01javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "//a.example/",
        "https:a.example",
        "https://a.example/ b",
        "https://a.example/\n",
        'https://a.example/"onclick=x',
        "https://",
        "",
    ],
)
def test_what_is_no_web_address_becomes_no_link(url: str) -> None:
    assert link(url) is None


def test_addresses_lose_their_scheme_and_their_length() -> None:
    assert address("https://www.a.example/") == "a.example"
    assert address("HTTP://a.example/p") == "a.example/p"
    assert address("javascript:alert(1)") == "javascript:alert(1)"
    assert address("https://" + "a" * 60) == "a" * 60
    assert address("https://" + "a" * 61) == "a" * 60 + "…"


def test_numbers_for_people() -> None:
    assert number(1234567) == "1,234,567"
    shares = {None: "–", 0: "0%", 1: "100%", 0.4567: "45.7%", 0.001: "0.1%", 0.0004: "0.040%"}
    assert {share: percent(share) for share in shares} == shares
    assert percent(0.000001) == "<0.001%"
    assert percent(0.9999) == "99.990%"
    assert percent(0.999999) == ">99.999%"
    seconds = {0: "0.0 s", 59.94: "59.9 s", 61: "1 min 1 s", 3599.7: "1 h 0 min", 7500: "2 h 5 min"}
    assert {s: duration(s) for s in seconds} == seconds
    sizes = {0: "0 bytes", 999: "999 bytes", 1000: "1.0 kB", 2.5e9: "2.5 GB", 5e15: "5,000.0 TB"}
    assert {s: size(s) for s in sizes} == sizes
    assert when("2025-11-22T02:09:46+00:00") == "22 November 2025, 02:09 UTC"


def test_a_link_longer_than_browsers_take_is_shown_cut_and_is_no_link() -> None:
    long = "https://a.example/" + "a" * 1_000_000

    assert link(long[:2_000]) == long[:2_000]
    assert link(long[:2_001]) is None
    assert len(address(long)) == 61


def test_no_value_steers_or_fills_a_page() -> None:
    assert harmless("a\x1b[2J\u202eb\n") == "a\\x1b[2J\\u202eb\\x0a"
    assert len(str(harmless("a" * 1_000_000))) == 4_000
    assert harmless(Markup("<b>\n</b>")) == Markup("<b>\n</b>")
    assert harmless(3) == 3
    assert lines("{\n <b>\x1b\n}") == Markup("{\n &lt;b&gt;\\x1b\n}")
    assert len(lines("a\n" * 1_000_000)) == 100_000
