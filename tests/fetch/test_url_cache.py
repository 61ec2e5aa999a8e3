"""Cached results are not requested of the web again."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto.server import ThreadedMotoServer

from crawl2clip.fetch.download import url_cache as module
from crawl2clip.fetch.download.arrow_fetch import with_images
from crawl2clip.fetch.download.url_cache import CachedFetch, UrlCache
from crawl2clip.fetch.download_images import DownloadImages
from crawl2clip.fetch.http.safe_http import Limits
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_result import FetchResult
from tests.fetch.test_arrow_fetch import batch, column

IMAGE = FetchResult(b"\xff\xd8" + b"1" * 50, 3, 2, 30, 20, "aa", "bb", "cc", 52, "JPEG")
URLS = [f"http://x.example/{number}.jpg" for number in range(200)]


def cached(
    folder: Path, resizing: Resizing | None = None, limits: Limits | None = None
) -> UrlCache:
    return UrlCache.listed(str(folder), resizing or Resizing(), limits or Limits())


class Web:
    """Gives an image for each URL, or what it is told to; counts."""

    def __init__(self, **problems: str) -> None:
        self.asked: list[str] = []
        self.problems = problems

    def __call__(self, urls: Iterable[str]) -> dict[str, FetchResult]:
        urls = list(urls)
        self.asked += urls
        return {url: self._of(url) for url in urls}

    def _of(self, url: str) -> FetchResult:
        problem = self.problems.get(url)
        return FetchResult(problem=problem) if problem else replaced(url)


def replaced(url: str) -> FetchResult:
    return IMAGE._replace(image=url.encode())


def test_what_was_written_is_read_as_it_was(tmp_path: Path) -> None:
    results = {url: replaced(url) for url in URLS} | {
        "http://x.example/gone": FetchResult(problem="http 404: 404 Not Found")
    }
    cached(tmp_path).write(results)

    assert cached(tmp_path).read(list(results)) == results
    assert cached(tmp_path).read([URLS[7], "http://x.example/unknown"]) == {
        URLS[7]: results[URLS[7]]
    }
    assert cached(tmp_path).read([]) == {}


def test_what_may_pass_is_asked_again_and_what_lasts_is_not(tmp_path: Path) -> None:
    problems = {
        "a": "timeout: the server took too long",
        "b": "http 503: 503 Service Unavailable",
        "c": "http 410: 410 Gone",
        "d": "not an image: starts with 3c",
        "e": "dns failure: Name or service not known",
    }
    first, second = Web(**problems), Web()

    CachedFetch(first, cached(tmp_path))("abcdef")
    found = CachedFetch(second, cached(tmp_path))("abcdef")

    assert first.asked == list("abcdef")
    assert second.asked == ["a", "b", "e"]
    assert {url: result.problem for url, result in found.items() if result.problem} == {
        "c": problems["c"],
        "d": problems["d"],
    }
    assert found["f"] == replaced("f")


def test_a_job_that_was_stopped_goes_on_where_it_stood(tmp_path: Path) -> None:
    class Dies(Web):
        def __call__(self, urls: Iterable[str]) -> dict[str, FetchResult]:
            if len(self.asked) == 4:
                raise KeyboardInterrupt
            return super().__call__(urls)

    dying, web = Dies(), Web()
    with pytest.raises(KeyboardInterrupt):
        list(with_images([batch("abcdefg")], CachedFetch(dying, cached(tmp_path)), rows=2))

    out = list(with_images([batch("abcdefg")], CachedFetch(web, cached(tmp_path)), rows=3))

    assert dying.asked == list("abcd")
    assert web.asked == list("efg")
    assert column(out, "image") == [url.encode() for url in "abcdefg"]


def test_other_settings_have_other_images_but_waits_change_nothing(tmp_path: Path) -> None:
    cached(tmp_path).write({"a": IMAGE})

    patient = cached(tmp_path, limits=Limits(retries=9, max_seconds=99.0))
    smaller = cached(tmp_path, replace(Resizing(), image_size=64))
    stricter = cached(tmp_path, limits=Limits(max_bytes=10))

    assert patient.read(["a"]) == {"a": IMAGE}
    assert smaller.read(["a"]) == stricter.read(["a"]) == {}


def test_the_folder_is_named_by_the_settings_however_they_are_given() -> None:
    name = "4b2ed24e6193ebb02eb1edbf354fdb59"  # another name would leave all that is cached behind

    assert module._digest(Resizing(), Limits()) == name
    assert module._digest(DownloadImages(), DownloadImages(store="x", partitions=9)) == name
    assert module._digest(DownloadImages(image_size=9), DownloadImages()) != name


def test_only_files_and_row_groups_that_can_hold_a_url_are_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = cached(tmp_path)
    hashes = module.xxhash64(pa.array(URLS)).tolist()
    ordered = [url for _, url in sorted(zip(hashes, URLS, strict=True))]
    for start in range(0, 200, 20):
        cache.write({url: replaced(url) for url in ordered[start : start + 20]})
    opened: list[str] = []
    rows = module._rows

    def noting(path: str, wanted: pa.StringArray) -> object:
        opened.append(path)
        return rows(path, wanted)

    monkeypatch.setattr(module, "_rows", noting)

    found = cached(tmp_path).read(ordered[25:38])

    assert set(found) == set(ordered[25:38])
    assert len(opened) == 1


def test_what_a_killed_task_left_is_passed_over(tmp_path: Path) -> None:
    cache = cached(tmp_path)
    cache.write({"a": IMAGE})
    [whole] = Path(cache.folder).iterdir()
    (whole.parent / "_0123.tmp").write_bytes(b"PAR1 half")

    assert cached(tmp_path).read(["a"]) == {"a": IMAGE}


def test_two_tasks_that_fetched_the_same_leave_one_file(tmp_path: Path) -> None:
    for _ in range(2):
        cached(tmp_path).write({"b": IMAGE, "a": IMAGE})

    assert len(cached(tmp_path).ranges) == 1


def test_a_cache_may_lie_in_s3(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        url = "http://{}:{}".format(*server.get_host_and_port())
        monkeypatch.setitem(fsspec.config.conf, "s3", {"endpoint_url": url})
        fsspec.filesystem("s3").mkdir("images-at-hand")
        place, settings = "s3://images-at-hand/store", (Resizing(), Limits())
        assert UrlCache.listed(place, *settings).read(["a"]) == {}

        UrlCache.listed(place, *settings).write({"a": IMAGE})
        UrlCache.listed(place, *settings).write({"b": IMAGE})

        assert UrlCache.listed(place, *settings).read(["a", "b", "c"]) == {"a": IMAGE, "b": IMAGE}
        assert len(fsspec.filesystem("s3").find(place)) == 2, "nothing else is left there"
    finally:
        server.stop()


def test_a_folder_that_can_not_be_read_is_the_users_mistake() -> None:
    with pytest.raises(ValueError, match="nowhere"):
        UrlCache.listed("nowhere://x", Resizing(), Limits())


@given(st.integers(-(2**63), 2**63 - 1), st.integers(-(2**63), 2**63 - 1))
def test_names_are_in_the_order_of_hashes(one: int, other: int) -> None:
    assert (module._name(one) < module._name(other)) == (one < other)
    assert module._hash(module._name(one)) == one
    assert len(module._name(one)) == 16


def test_urls_that_differ_by_their_signature_are_told_apart_without_it(tmp_path: Path) -> None:
    urls = [f"http://u:SECRET@x.example/a?token={number}SECRET&w=1" for number in range(3)]
    results = {url: replaced(url) for url in urls[:2]}
    cached(tmp_path).write(results)

    assert cached(tmp_path).read(urls) == results
    [file] = tmp_path.rglob("*.parquet")
    names = pq.read_table(file, columns=["url"])["url"].to_pylist()
    assert {name.partition("#")[0] for name in names} == {"http://x.example/a?w=1"}
