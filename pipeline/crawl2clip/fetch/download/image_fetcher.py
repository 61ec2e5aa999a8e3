"""URLs in, resized images out: many downloads at a time, one resizing at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass

from crawl2clip.fetch.download.bounded_pool import unordered
from crawl2clip.fetch.http import hosts
from crawl2clip.fetch.http.cancellation import Cancellation
from crawl2clip.fetch.http.safe_http import Limits, SafeHttp
from crawl2clip.fetch.http.urls import normal
from crawl2clip.fetch.images.guarded_resizer import GuardedResizer
from crawl2clip.fetch.images.resizing import Resizing
from crawl2clip.fetch.results.fetch_errors import FetchError, problem
from crawl2clip.fetch.results.fetch_result import FetchResult


@dataclass(frozen=True)
class ImageFetcher:
    """Fetches the images behind URLs with these settings."""

    resizing: Resizing
    limits: Limits

    def __call__(self, urls: Iterable[str]) -> dict[str, FetchResult]:
        """Return the result for each URL. Two spellings of a URL are downloaded once."""
        results, addresses = {}, {}
        for url in urls:
            try:
                addresses[url] = normal(url)
            except FetchError as error:
                results[url] = FetchResult(problem=str(error))
        fetched = dict(self._fetched(dict.fromkeys(addresses.values())))
        return results | {url: fetched[address] for url, address in addresses.items()}

    def _fetched(self, addresses: Collection[str]) -> Iterator[tuple[str, FetchResult]]:
        if not addresses:
            return  # and import no decoder
        cancellation = Cancellation()
        together = hosts.of_process(self.limits.connections_per_host)
        http, resize = SafeHttp(self.limits, together, cancellation), GuardedResizer(self.resizing)
        downloads = unordered(http.get, addresses, self.limits.threads, cancellation.cancel)
        with closing(downloads):
            for address, download in downloads:
                yield address, _result(download, resize)


def _result(download: Future[bytes], resize: GuardedResizer) -> FetchResult:
    try:
        return resize(download.result())
    except FetchError as error:
        return FetchResult(problem=str(error))
    except Exception as error:
        # Strangers chose the bytes that parsers and decoders stumble over here: whoever could make
        # that end the task could end any job. It is a row instead, and counted.
        return FetchResult(problem=problem("unexpected error", f"{type(error).__name__}: {error}"))
