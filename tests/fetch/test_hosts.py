import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler

import pytest

from crawl2clip.fetch.http import hosts
from crawl2clip.fetch.http.hosts import Hosts
from crawl2clip.fetch.http.safe_http import Limits, SafeHttp
from crawl2clip.fetch.http.urls import Target, target
from crawl2clip.fetch.results.fetch_errors import FetchError
from tests.fetch.conftest import Web

LOOPBACK = ("127.0.0.0/8",)
ONE, OTHER = target("http://one.test/a"), target("http://other.test/a")


def refused(hosts: Hosts, to: Target) -> str | None:
    try:
        with hosts.turn(to, 0.01):
            return None
    except FetchError as error:
        return error.kind


def test_a_host_has_few_connections_and_others_their_own() -> None:
    few = Hosts(2)

    with few.turn(ONE, 1), few.turn(target("https://one.test./b"), 1):
        assert refused(few, ONE) == "timeout"
        assert refused(few, OTHER) is None
        assert refused(few, target("http://one.test:8080/")) is None
    assert refused(few, ONE) is None
    assert not few._gates, "nothing is kept of a host that nobody asks"


def test_a_host_that_asks_for_it_is_left_alone_until_then() -> None:
    some = Hosts(2)
    some.rest(ONE, 429, 0.05)

    assert refused(some, ONE) == refused(some, target("https://one.test/b")) == "http 429"
    assert refused(some, OTHER) is None
    time.sleep(0.06)
    assert refused(some, ONE) is None
    assert not some._rests


def test_the_hosts_at_rest_are_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hosts, "_MOST_RESTING", 3)
    some = Hosts(2)
    some.rest(ONE, 503, 1e300)
    for at in range(10):
        some.rest(target(f"http://{at}.test/"), 429, 100 - at)

    assert len(some._rests) == 3
    assert refused(some, ONE) == "http 503", "the longest rests are kept"
    assert some._rests["one.test"].end - time.monotonic() <= 86_400


def test_the_tasks_of_a_process_share_what_they_know_of_hosts() -> None:
    assert hosts.of_process(6) is hosts.of_process(6)


def test_downloads_of_one_host_go_through_few_connections(web: Web) -> None:
    now, most, lock = 0, 0, threading.Lock()

    def page(request: BaseHTTPRequestHandler) -> None:
        nonlocal now, most
        with lock:
            now += 1
            most = max(most, now)
        time.sleep(0.02)
        with lock:
            now -= 1
        request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx")

    urls = [web.act(f"/{at}", page) for at in range(20)]
    http = SafeHttp(Limits(allow_networks=LOOPBACK, connections_per_host=3))
    with ThreadPoolExecutor(20) as pool:
        bodies = list(pool.map(http.get, urls))

    assert bodies == [b"x"] * 20
    assert most == 3


def test_a_redirect_to_its_own_host_needs_no_second_connection(web: Web) -> None:
    url = web.put("/a", status=302, Location="/b")
    web.put("/b", b"x")

    one = SafeHttp(Limits(allow_networks=LOOPBACK, connections_per_host=1, max_seconds=2))
    assert one.get(url) == b"x"


def test_after_retry_after_no_url_of_the_host_is_asked_for(web: Web) -> None:
    urls = [web.put(f"/{at}", status=429, Retry_After="3600") for at in range(5)]
    other = web.put("/other", b"x").replace("127.0.0.1", "127.0.0.2")
    http = SafeHttp(Limits(allow_networks=LOOPBACK, timeout_seconds=1))
    problems = []
    for url in urls:
        with pytest.raises(FetchError) as caught:
            http.get(url)
        problems.append(str(caught.value))

    assert problems[0] == "http 429: 429 Too Many Requests"
    assert set(problems[1:]) == {
        "http 429: not asked: the host wants to be left alone (Retry-After)"
    }
    assert sum(web.hits.values()) == 1
    with pytest.raises(FetchError, match=r"^connection failed|^http"):
        http.get(other)


def test_a_short_rest_is_waited_for(web: Web) -> None:
    busy, good = web.put("/busy", status=503, Retry_After="1"), web.put("/good", b"x")
    limits = Limits(allow_networks=LOOPBACK, retries=0)
    manners = Hosts(6)
    with pytest.raises(FetchError, match=r"^http 503: 503"):
        SafeHttp(limits, manners).get(busy)
    started = time.monotonic()

    again = SafeHttp(Limits(allow_networks=LOOPBACK, retries=1), manners)
    assert again.get(good) == b"x"
    assert time.monotonic() - started > 0.5
