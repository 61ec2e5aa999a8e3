"""Through img2dataset itself: bytes over the wire, resized."""

import hashlib
import io
import resource
import time

import cv2
import fsspec
import numpy as np
import pytest

from crawl2clip.fetch import opener
from crawl2clip.fetch.images import Fetcher, Outcome
from crawl2clip.fetch.opener import Limits
from crawl2clip.fetch.pixels import Decoder
from crawl2clip.fetch.resize import GuardedResizer, Resized, Resizing
from tests.fetch.conftest import Web
from tests.fetch.pictures import RED, bomb, deep, picture, pixel

WHITE = (255, 255, 255)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opener, "PAUSE_SECONDS", 0.01)


def fetcher(**resizing: object) -> Fetcher:
    limits = Limits(allow_networks=("127.0.0.0/8",), max_seconds=2)
    return Fetcher(Resizing(**resizing), limits, threads=4, timeout_seconds=1)  # type: ignore[arg-type]


def outcome(url: str, **resizing: object) -> Outcome:
    return fetcher(**resizing)([url])[url]


def near(colour: tuple[int, ...], wanted: tuple[int, ...]) -> bool:
    return max(abs(a - b) for a, b in zip(colour, wanted, strict=True)) <= 4  # JPEG is not exact


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "AVIF"])
def test_what_browsers_show_becomes_a_jpeg(web: Web, kind: str) -> None:
    sent = picture(40, 30, kind)

    found = outcome(web.put("/a.jpg", sent))

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
        found = outcome(web.put("/a", picture(40, 30, kind, "RGBA")))
        assert near(pixel(found.image, 5, 15), WHITE), kind
        assert near(pixel(found.image, 35, 15), RED), kind


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "BMP"])
def test_img2dataset_never_sees_an_alpha_channel_for_it_takes_gigabytes(kind: str) -> None:
    decoder, seen = Decoder(cv2), []

    def resizer(stream: io.BytesIO, boxes: None) -> Resized:
        seen.append(decoder.imdecode(np.frombuffer(stream.read(), np.uint8), cv2.IMREAD_UNCHANGED))
        return b"", 1, 1, 1, 1, None

    guarded = GuardedResizer(resizer, decoder, max_pixels=10_000, max_decoded_bytes=10**6)
    guarded(io.BytesIO(picture(40, 30, kind, "RGBA")))
    guarded(io.BytesIO(picture(40, 30, "JPEG", "CMYK")))

    assert [pixels is not None and pixels.shape for pixels in seen] == [(30, 40, 3), (30, 40, 3)]


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_sixteen_bits_a_sample_keep_their_brightness(web: Web, channels: int) -> None:
    found = outcome(web.put("/a", deep(100 * 256, channels)))

    assert near(pixel(found.image, 20, 15), (100, 100, 100))


def test_twice_the_same_bytes(web: Web) -> None:
    url = web.put("/a", picture(300, 200, "PNG"))

    assert outcome(url, image_size=64) == outcome(url, image_size=64)


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

    assert outcome(url, max_pixels=1200).problem is None
    assert outcome(url, max_pixels=1199).problem == "too many pixels: more than 1199"


def test_small_and_long_images_are_refused_if_told(web: Web) -> None:
    url = web.put("/a", picture(40, 30))

    assert outcome(url, min_image_size_px=30).problem is None
    assert (outcome(url, min_image_size_px=31).problem or "").startswith("image too small: ")
    assert (outcome(url, max_aspect_ratio=1.3).problem or "").startswith("aspect ratio too large: ")


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


def test_a_sample_that_img2dataset_drops_has_an_outcome(
    web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: object, stream: object, boxes: object = None) -> None:
        raise RuntimeError("a decoder that breaks down")

    monkeypatch.setattr("crawl2clip.fetch.resize.GuardedResizer.__call__", break_down)

    assert outcome(web.put("/a", picture())).problem == "no outcome: img2dataset dropped it"


def test_nothing_stays_behind_and_nothing_is_no_trouble(web: Web) -> None:
    assert fetcher()([]) == {}
    outcome(web.put("/a", picture()))

    assert fsspec.filesystem("memory").find("/img2dataset") == []
