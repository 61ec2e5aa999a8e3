import socket
import threading
import time

import pytest

from crawl2clip.fetch.http.resolver import Resolver
from crawl2clip.fetch.http.safe_http import Limits, SafeHttp
from crawl2clip.fetch.results.fetch_errors import FetchError
from tests.fetch.conftest import Web

ANSWER = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))]


class Names:
    """A name server that never answers for mute.test until it is let go."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[str] = []

    def __call__(self, host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        self.asked.append(host)
        if host.endswith("mute.test"):
            self.go.wait(20)
        if host == "none.test":
            raise socket.gaierror(socket.EAI_NONAME, "Name unknown")
        return [(*ANSWER[0][:4], ("127.0.0.1", port))]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    names = Names()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    yield names  # type: ignore[misc]
    names.go.set()


def test_what_the_system_says_is_passed_on(names: Names) -> None:
    resolve = Resolver()

    assert resolve("a.test", 80, 5) == ANSWER
    with pytest.raises(socket.gaierror, match="Name unknown"):
        resolve("none.test", 80, 5)
    assert resolve("a.test", 80, 5) == ANSWER
    assert names.asked == ["a.test", "none.test", "a.test"], "nothing is kept: it may change"


def test_this_machine_knows_its_own_name_and_addresses_need_no_server() -> None:
    resolve = Resolver()

    assert "127.0.0.1" in {str(found[4][0]) for found in resolve("localhost", 80, 5)}
    assert {found[4][0] for found in resolve("::1", 80, 5)} == {"::1"}
    with pytest.raises(UnicodeError):
        resolve("a" * 64 + ".test", 80, 5)


def test_a_name_without_an_answer_is_left_in_time_and_asked_for_once(names: Names) -> None:
    resolve, started = Resolver(), time.monotonic()

    for _ in range(3):
        with pytest.raises(FetchError, match=r"^dns failure: no answer in time$") as caught:
            resolve("mute.test", 80, 0.05)
        assert caught.value.transient
    assert time.monotonic() - started < 2
    assert names.asked == ["mute.test"]
    names.go.set()
    assert resolve("mute.test", 80, 5) == ANSWER


def test_lookups_that_hang_are_never_more_than_the_limit(names: Names) -> None:
    resolve, before = Resolver(most=3), threading.active_count()

    for at in range(10):
        with pytest.raises(FetchError, match=r"^dns failure: "):
            resolve(f"{at}.mute.test", 80, 0.02)
    assert threading.active_count() - before == len(names.asked) == 3
    with pytest.raises(FetchError, match=r"^dns failure: "):
        resolve("a.test", 80, 0.02)
    names.go.set()
    assert resolve("a.test", 80, 5) == ANSWER


def test_a_mute_name_server_does_not_outlast_the_deadline(names: Names, web: Web) -> None:
    limits = Limits(allow_networks=("127.0.0.0/8",), max_seconds=0.5, timeout_seconds=0.2)
    http, started = SafeHttp(limits), time.time()

    with pytest.raises(FetchError, match=r"^(dns failure|timeout): "):
        http.get("http://mute.test/")
    assert time.time() - started < 2
    web.put("/a", b"x")
    assert http.get(web.url("/a", "other.test")) == b"x"
