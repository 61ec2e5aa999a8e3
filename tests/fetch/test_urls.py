import pytest

from crawl2clip.fetch.http.urls import Target, normal, target
from crawl2clip.fetch.results.fetch_errors import FetchError


@pytest.mark.parametrize(
    ("url", "is_"),
    [
        ("http://a.test", "http://a.test/"),
        ("  HTTP://A.test:80/x y?q=ä#part\n", "http://a.test/x%20y?q=%C3%A4"),
        ("https://bücher.test/ü.jpg", "https://xn--bcher-kva.test/%C3%BC.jpg"),
        ("http://user:secret@a.test/", "http://a.test/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http:\\\\a.test\\x", "http://a.test/x"),
    ],
)
def test_urls_are_read_as_browsers_do(url: str, is_: str) -> None:
    assert normal(url) == is_


@pytest.mark.parametrize(
    "url",
    ["", "a.jpg", "//a.test/", "ftp://a.test/", "file:///etc/passwd", "data:,x", "http://[oops"],
)
def test_what_is_no_address_on_the_web_is_a_bad_url(url: str) -> None:
    with pytest.raises(FetchError, match=r"^bad url: "):
        normal(url)


def test_redirects_may_be_relative() -> None:
    assert normal("../c?d", base="http://a.test/x/y/z") == "http://a.test/x/c?d"
    assert normal("//b.test/c", base="https://a.test/") == "https://b.test/c"


def test_target_is_whom_to_ask_for_what() -> None:
    assert target("http://a.test/x?y") == Target(False, "a.test", 80, "/x?y")
    assert target("https://a.test/") == Target(True, "a.test", 443, "/")
    assert target("https://[2606:4700::1]:8443/") == Target(True, "2606:4700::1", 8443, "/")
