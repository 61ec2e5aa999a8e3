"""Links -> addresses, by the rules of browsers."""

import pytest

from crawl2clip.extract.rows.urls import absolute, bad_url, base_url

BASE = "http://x.example/p/page.html?q=1"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("dog.jpg", "http://x.example/p/dog.jpg"),
        ("/dog.jpg", "http://x.example/dog.jpg"),
        ("../dog.jpg", "http://x.example/dog.jpg"),
        ("../../../dog.jpg", "http://x.example/dog.jpg"),
        ("//y.example/dog.jpg", "http://y.example/dog.jpg"),
        ("HTTPS://Y.Example/Dog.JPG", "https://y.example/Dog.JPG"),
        ("?id=1&b=2", "http://x.example/p/page.html?id=1&b=2"),
        (" \n/a dog.jpg\t", "http://x.example/a%20dog.jpg"),
        ("/do\ng.jpg", "http://x.example/dog.jpg"),
        ("/ä?ö", "http://x.example/%C3%A4?%C3%B6"),
        ("http://münchen.example/a", "http://xn--mnchen-3ya.example/a"),
        ("\\dog.jpg", "http://x.example/dog.jpg"),
        ("http:dog.jpg", "http://x.example/p/dog.jpg"),
        ("http://x.example:80/a", "http://x.example/a"),
    ],
)
def test_joins_as_browsers_do(link: str, url: str) -> None:
    assert absolute(link, base_url(BASE, None)) == url


@pytest.mark.parametrize(
    "link",
    [
        "http://[oops",
        "http://a b/",
        "http://x.example:99999/",
        "javascript:alert(1)",
        "about:blank",
        "blob:http://x.example/1",
        "file:///etc/passwd",
        "ftp://x.example/a.jpg",
    ],
)
def test_a_link_that_leads_nowhere_is_a_value_error(link: str) -> None:
    with pytest.raises(ValueError):
        absolute(link, BASE)


@pytest.mark.parametrize(
    ("page", "href", "base"),
    [
        (BASE, None, BASE),
        (BASE, "", BASE),
        (BASE, "/img/", "http://x.example/img/"),
        (BASE, "https://cdn.example", "https://cdn.example/"),
        (BASE, "http://[oops", BASE),
        ("http://x.example/ä b", None, "http://x.example/%C3%A4%20b"),
        ("not an address", "/img/", None),
        ("", None, None),
    ],
)
def test_the_base_of_a_page(page: str, href: str | None, base: str | None) -> None:
    assert base_url(page, href) == base


def test_without_a_base_only_whole_addresses_lead_somewhere() -> None:
    assert absolute("http://x.example/a.jpg", None) == "http://x.example/a.jpg"
    with pytest.raises(ValueError):
        absolute("/a.jpg", None)


def test_a_bad_link_is_shown_harmless_and_cut() -> None:
    assert bad_url(" http://[\x1b[2J\u202e\n ") == "bad url: http://[\\x1b[2J\\u202e"
    assert bad_url("http://[" + "a" * 1_000_000) == "bad url: http://[" + "a" * 192
