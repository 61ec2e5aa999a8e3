"""Images over the wire, resized by img2dataset."""

import hashlib
import resource
import signal
import socket
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import replace

import pytest

from crawl2clip.fetch.download.image_fetcher import ImageFetcher
from crawl2clip.fetch.http import safe_http
from crawl2clip.fetch.http.safe_http import Limits
from crawl2clip.fetch.images import guarded_resizer
from crawl2clip.fetch.images.guarded_resizer import GuardedResizer
from crawl2clip.fetch.images.image_parts import Parts, parts
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_result import FetchResult
from tests.fetch.conftest import Web
from tests.fetch.pictures import RED, bomb, deep, picture, pixel

WHITE = (255, 255, 255)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_http, "PAUSE_SECONDS", 0.01)


LIMITS = Limits(allow_networks=("127.0.0.0/8",), threads=4, timeout_seconds=1, max_seconds=2)


def fetcher(**resizing: object) -> ImageFetcher:
    return ImageFetcher(Resizing(**resizing), LIMITS)  # type: ignore[arg-type]


def result(url: str, **resizing: object) -> FetchResult:
    return fetcher(**resizing)([url])[url]


def near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 4  # JPEG is not exact


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"])
def test_what_browsers_show_becomes_a_jpeg(web: Web, kind: str) -> None:
    sent = picture(40, 30, kind)

    found = result(web.put("/a.jpg", sent))

    digests = (hashlib.new(name, sent).hexdigest() for name in ("sha256", "sha1", "md5"))
    assert found[1:] == (40, 30, 40, 30, *digests, len(sent), kind, None)
    assert found.image is not None and found.image.startswith(b"\xff\xd8\xff")
    assert near(pixel(found.image, 20, 15), RED)


def test_the_longer_side_is_brought_down_to_the_size_and_small_images_stay(web: Web) -> None:
    wide, small = web.put("/w", picture(200, 100)), web.put("/s", picture(40, 30))

    found = fetcher(image_size=50)([wide, small])

    assert found[wide][1:5] == (50, 25, 200, 100)
    assert found[small][1:5] == (40, 30, 40, 30)


def test_transparent_is_white(web: Web) -> None:
    for kind in ("PNG", "WEBP", "GIF"):
        found = result(web.put("/a", picture(40, 30, kind, "RGBA")))
        assert near(pixel(found.image, 5, 15), WHITE), kind
        assert near(pixel(found.image, 35, 15), RED), kind


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_a_sample_keep_their_brightness(web: Web, channels: int) -> None:
    found = result(web.put("/a", deep(100 * 256, channels)))

    assert near(pixel(found.image, 20, 15), (100, 100, 100))


def test_twice_the_same_bytes(web: Web) -> None:
    url = web.put("/a", picture(300, 200, "PNG"))

    assert result(url, image_size=64) == result(url, image_size=64)


def test_what_is_no_image_says_so(web: Web) -> None:
    problems = {
        web.put("/a.jpg", b"<!DOCTYPE html><title>Not here</title>"): "not an image: markup",
        web.put("/b.jpg", b""): "not an image: no bytes",
        web.put("/c.jpg", b"\x00\x01\x02"): "not an image: starts with 00 01 02",
        web.put("/d.jpg", picture()[:100]): "not an image",
        web.put("/e.png", picture(kind="PNG")[:60]): "not an image",
        web.put("/f.png", picture(kind="PNG", mode="RGBA")[:60]): "not an image",
        web.put("/h.avif", picture(kind="AVIF")[:-9]): "not an image",
        web.put("/i.avif", picture(kind="AVIF").replace(b"pitm", b"xxxx")): "not an image",
        web.put("/g.tif", picture(kind="TIFF")): "not an image: starts with 49 49 2a 00",
    }

    found = fetcher()(problems)

    for url, problem in problems.items():
        assert (found[url].problem or "").startswith(problem), url
        assert set(found[url][:-1]) == {None}


def test_a_bomb_is_not_decoded(web: Web) -> None:
    small, large = bomb(10_000, 9_000), bomb(20_000, 20_000)
    assert len(large) < 60_000
    urls = [web.put("/small", small), web.put("/large", large)]
    started, memory = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    found = fetcher()(urls)

    assert {found[url].problem for url in urls} == {"too many pixels: more than 89478484"}
    assert time.monotonic() - started < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 50_000, "kB"


def test_pixels_up_to_the_limit_are_decoded(web: Web) -> None:
    url = web.put("/a", picture(40, 30))

    assert result(url, max_pixels=1200).problem is None
    assert result(url, max_pixels=1199).problem == "too many pixels: more than 1199"


def test_small_and_long_images_are_refused_if_told(web: Web) -> None:
    url = web.put("/a", picture(40, 30))

    assert result(url, min_image_size_px=30).problem is None
    assert (result(url, min_image_size_px=31).problem or "").startswith("image too small: ")
    assert (result(url, max_aspect_ratio=1.3).problem or "").startswith("aspect ratio too large: ")


def test_the_same_image_by_two_spellings_is_asked_for_once(web: Web) -> None:
    url = web.put("/a", picture())

    found = fetcher()([url, url + "#top", url.upper().replace("/A", "/a")])

    assert len(found) == 3
    assert web.hits["/a"] == 1


def test_every_url_has_an_outcome_and_trouble_of_one_is_not_that_of_others(web: Web) -> None:
    good = [web.put(f"/{i}", picture(40 + i, 30)) for i in range(20)]
    bad = {
        web.put("/gone", status=404): "http 404",
        web.put("/r", picture(), X_Robots_Tag="noai"): "opted out",
        "http://10.0.0.1/": "refused address",
        "not a url": "bad url",
        "ftp://a.test/": "bad url",
        "http://" + "a" * 64 + ".test/": "bad url",
    }

    found = fetcher()([*good, *bad])

    assert [found[url].width for url in good] == list(range(40, 60))
    assert {url: (found[url].problem or "").split(":")[0] for url in bad} == bad


def test_a_decoder_that_breaks_down_is_a_problem_of_its_image_alone(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(data: bytes) -> Parts | None:
        if data == bad:
            raise KeyError("a decoder that breaks down")
        return parts(data)

    bad = picture(41, 30)
    monkeypatch.setattr(guarded_resizer, "parts", break_down)
    urls = [web.put("/bad", bad), web.put("/good", picture())]

    found = fetcher()(urls)

    problems = [found[url].problem for url in urls]
    assert problems == ["unexpected error: KeyError: 'a decoder that breaks down'", None]


def test_no_urls_are_no_trouble() -> None:
    assert fetcher()([]) == {}


def test_no_thread_outlives_the_images(web: Web) -> None:
    fetcher()([web.put(f"/{at}", picture()) for at in range(9)])

    assert pool_threads() == []


def pool_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if "ThreadPool" in thread.name]


def test_few_images_are_in_memory_however_many_are_downloaded(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(self: GuardedResizer, data: bytes) -> FetchResult:
        time.sleep(0.005)
        return FetchResult(original_bytes=len(data))

    monkeypatch.setattr(GuardedResizer, "__call__", slow)
    urls = [web.put(f"/{at}", bytes(1_000_000)) for at in range(100)]
    web.pages |= dict.fromkeys((f"/{at}" for at in range(100)), web.pages["/0"])

    tracemalloc.start()
    try:
        found = fetcher()(urls)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert {result.original_bytes for result in found.values()} == {1_000_000}
    # Eight that wait, one that is resized, and the buffers of four that are being downloaded.
    assert 1_000_000 < peak < 15_000_000


@pytest.fixture
def silent_port() -> Iterator[int]:
    """The port of a server that accepts connections and never says anything."""
    with socket.create_server(("0.0.0.0", 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def deaf_port() -> Iterator[int]:
    """A port to which no connection is completed, for its queue is full."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as waiting:
        for _ in range(4):
            client = waiting.enter_context(socket.socket())
            client.setblocking(False)
            with suppress(BlockingIOError):
                client.connect(listener.getsockname())
        yield listener.getsockname()[1]


def test_an_interrupt_ends_all_downloads_at_once(
    web: Web, silent_port: int, deaf_port: int
) -> None:
    urls = [f"http://127.0.0.1:{silent_port}/{at}" for at in range(10)]  # some wait for a turn
    urls += [f"https://127.0.0.2:{silent_port}/", f"http://127.0.0.1:{deaf_port}/"]
    urls += [web.put("/busy", status=503, Retry_After="50")]
    limits = replace(LIMITS, threads=13, timeout_seconds=60, max_seconds=60)
    me = threading.get_ident()
    interrupt = threading.Timer(0.5, lambda: signal.pthread_kill(me, signal.SIGINT))
    interrupt.start()
    started = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        ImageFetcher(Resizing(), limits)(urls)

    assert 0.4 < time.monotonic() - started < 5
    assert pool_threads() == []
