"""One key for the addresses of one image."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.extract.rows.canonical import canonical_url
from crawl2clip.extract.rows.urls import absolute

KEY = "https://x.example/a.jpg"


@pytest.mark.parametrize(
    "url",
    [
        KEY,
        "http://x.example/a.jpg",
        "http://x.example:443/a.jpg",
        "http://x.example/a.jpg#top",
        "http://x.example/a.jpg?",
        "http://x.example/a.jpg?&&",
        "http://x.example/a.jpg?utm_source=mail&UTM_Campaign=x&fbclid=1&gclid=2&_ga",
        "http://x.example/a.jpg?w=300&h=200&width=1&height=1&resize=300%2C200&fit=crop&crop=1",
        "http://x.example/a.jpg?quality=80&q=80&auto=format&format=webp&fm=jpg&dpr=2",
    ],
)
def test_what_makes_no_other_image_is_left_out(url: str) -> None:
    assert canonical_url(url) == KEY


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://x.example/i?id=7&w=300&v=2", "https://x.example/i?id=7&v=2"),
        ("http://x.example/i?v=2&id=7", "https://x.example/i?v=2&id=7"),  # order may matter
        ("http://x.example/i?a=1&a=2", "https://x.example/i?a=1&a=2"),
        ("http://x.example/i?src=b.jpg?w=1", "https://x.example/i?src=b.jpg?w=1"),
        ("http://x.example/i?wide=1&high=2&utmost=3", "https://x.example/i?wide=1&high=2&utmost=3"),
        ("http://www.x.example/a", "https://www.x.example/a"),
        ("http://x.example:8080/a", "https://x.example:8080/a"),
        ("http://x.example/w=300/a.jpg", "https://x.example/w=300/a.jpg"),
        ("http://x.example/A.JPG", "https://x.example/A.JPG"),
        ("http://[::1]:443/a", "https://[::1]/a"),
    ],
)
def test_all_else_is_kept(url: str, key: str) -> None:
    assert canonical_url(url) == key


@given(st.text(alphabet="aw=&?#/:.%1", max_size=40))
def test_the_key_is_an_address_and_its_own_key(link: str) -> None:
    try:
        url = absolute(link, "http://x.example/p/")
    except ValueError:
        return
    key = canonical_url(url)

    assert canonical_url(key) == key
    assert absolute(key, None) == key
