import gzip
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from crawl2clip.filter.robots.robots_txt import MOST_BYTES, allows, our_rules

ALL = ("*",)


def may(robots_txt: str | bytes, path: str, *agents: str) -> bool:
    body = robots_txt if isinstance(robots_txt, bytes) else robots_txt.encode()
    rules = our_rules(body, agents or ALL)
    return not rules or allows(rules, agents or ALL, f"http://x.example{path}")


@pytest.mark.parametrize(
    ("robots_txt", "path", "allowed"),
    [
        ("", "/a.jpg", True),
        ("User-agent: *\nDisallow: /private/", "/private/a.jpg", False),
        ("User-agent: *\nDisallow: /private/", "/public/a.jpg", True),
        ("User-agent: *\nDisallow: /private/", "/Private/a.jpg", True),
        ("User-agent: *\nDisallow:", "/a.jpg", True),
        ("User-agent: *\nDisallow: /", "/", False),
        ("User-agent: *\nDisallow: /\nAllow: /a", "/a.jpg", True),  # the longest match decides
        ("User-agent: *\nAllow: /a\nDisallow: /", "/b.jpg", False),
        ("User-agent: *\nDisallow: /a\nAllow: /a", "/a.jpg", True),  # as long: allowed
        ("User-agent: *\nDisallow: /*.jpg$", "/x/a.jpg", False),
        ("User-agent: *\nDisallow: /*.jpg$", "/x/a.jpg?size=2", True),
        ("User-agent: *\nDisallow: /*?size=", "/x/a.jpg?size=2", False),
        ("User-agent: *\nDisallow: /ж", "/%D0%B6.jpg", False),
        ("User-agent: otherbot\nDisallow: /", "/a.jpg", True),
        ("User-agent: otherbot\nUser-agent: *\nDisallow: /", "/a.jpg", False),
        ("User-agent: a\nDisallow: /a\n\nUser-agent: *\nDisallow: /b", "/a.jpg", True),
        ("User-agent: *\nDisallow: /a\nUser-agent: a\nDisallow: /b", "/b.jpg", True),
        ("User-agent: *\nDisallow: /a\nUser-agent: a\nUser-agent: *\nDisallow: /b", "/b", False),
        ("User-agent: *\nCrawl-delay: 1\nUser-agent: a\nDisallow: /", "/a.jpg", True),
        ("User-agent: *\nNoindex: /x\nUser-agent: a\nDisallow: /", "/a.jpg", True),
        ("User-agent: *\n\n# a\nSitemap: /s.xml\nDisallow: /", "/a.jpg", False),
        ("  user-AGENT : *  # all\r\n\tDISALLOW:/a # b\r\n", "/a.jpg", False),
        ("\ufeffUser-agent: *\nDisallow: /", "/a.jpg", False),
        ("User agent *\nDissalow /a", "/a.jpg", False),
        ("Disallow: /", "/a.jpg", True),  # to nobody
        ("<html><body>User-agent: *</body></html>", "/a.jpg", True),
    ],
)
def test_what_a_site_lets_everybody_have(robots_txt: str, path: str, allowed: bool) -> None:
    assert may(robots_txt, path) is allowed


def test_the_group_that_names_an_agent_goes_before_that_for_all() -> None:
    robots_txt = (
        "User-agent: CCBot\nDisallow:\n\n"
        "User-agent: *\nDisallow: /\n\n"
        "User-agent: gptbot*\nDisallow: /g\nAllow: /\n"
    )

    assert may(robots_txt, "/a", "ccbot")
    assert not may(robots_txt, "/a")
    assert not may(robots_txt, "/a", "ourbot")
    assert may(robots_txt, "/a", "gptbot")
    assert not may(robots_txt, "/g", "gptbot")
    assert not may(robots_txt, "/g", "ccbot", "gptbot"), "all must be allowed"
    assert not may("User-agent: ourbot\nDisallow: /", "/a", "ourbot/1.0 (+http://x.example)")
    assert may("User-agent: bot\nDisallow: /", "/a", "mybot"), "a name is no part of a word"


def test_what_allows_everything_leaves_no_rules() -> None:
    assert our_rules(b"User-agent: *\nDisallow:\nAllow: /a\n", ALL) == ""
    assert our_rules(b"User-agent: otherbot\nDisallow: /\n", ALL) == ""
    assert our_rules(b"\xff\xfe\x00\x01" * 100, ALL) == ""


def test_only_what_concerns_us_is_left() -> None:
    robots_txt = b"User-agent: a\nUser-agent: *\nDisallow: /x # y\n\nUser-agent: b\nDisallow: /\n"

    assert our_rules(robots_txt, ALL) == "User-agent: *\nDisallow: /x"


def test_ten_thousand_robots_with_as_many_rules_do_no_harm() -> None:
    robots = "".join(f"User-agent: bot{n}\n" for n in range(10_000))
    rules = "".join(f"Disallow: /{n}\n" for n in range(10_000))

    kept = our_rules(f"{robots}User-agent: *\n{rules}".encode(), ALL)

    assert kept.count("User-agent") == 1
    assert not allows(kept, ALL, "http://x.example/9999.jpg")


def test_half_a_mebibyte_is_read() -> None:
    filler = b"# nothing\n" * (MOST_BYTES // 10)

    assert may(filler + b"User-agent: *\nDisallow: /", "/a")
    assert not may(filler[:-60] + b"User-agent: *\nDisallow: /", "/a")


def test_a_packed_body_is_unpacked_as_far_as_it_goes() -> None:
    packed = gzip.compress(b"User-agent: *\nDisallow: /a\n")

    assert not may(packed, "/a")
    assert may(packed[:12] + b"\xff\xff\xff\xff", "/a")
    assert may(gzip.compress(b"\0" * 10_000_000), "/a")


def test_what_is_no_address_may_be_had() -> None:
    assert allows("User-agent: *\nDisallow: /", ALL, "http://[oops?")


LINES = [
    *("User-agent: *", "User-agent: us", "user-agent: Other", "User-agent:", "User-agent: us*"),
    *("Disallow: /", "Disallow: /a", "Disallow:", "Allow: /a", "Allow:", "disalow: /b*c"),
    *("Crawl-delay: 3", "Sitemap: /s", "Host: x", "", "# Disallow: /", "word", "Noindex: /a"),
]


@given(st.lists(st.sampled_from(LINES), max_size=12))
def test_leaving_out_what_concerns_others_changes_no_verdict(lines: list[str]) -> None:
    whole = Protego.parse("\n".join(lines))

    for agent, path in product(("*", "us", "nobody"), ("/", "/a", "/b/c")):
        expected = whole.can_fetch(f"http://x.example{path}", agent)
        assert may("\n".join(lines), path, agent) == expected, (agent, path)


@given(st.one_of(st.binary(), st.text(alphabet="User-agent:*Disallow /\n\r#").map(str.encode)))
def test_no_bytes_raise(body: bytes) -> None:
    may(body, "/a", "*", "us")
