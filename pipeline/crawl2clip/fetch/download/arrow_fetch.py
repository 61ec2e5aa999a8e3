"""Arrow batches of pairs, to which images are added; a URL that recurs is fetched once."""

from collections.abc import Iterable, Iterator

import pyarrow as pa

from crawl2clip.fetch.results.fetch_errors import problem
from crawl2clip.fetch.results.fetch_result import ARROW_TYPES, Fetch, FetchResult

# Fetched at a time. More keeps the threads busier, for a batch ends with its slowest server;
# fewer holds fewer images in memory.
ROWS = 1_000
MOST_BYTES = 64_000_000


def with_images(
    batches: Iterable[pa.RecordBatch], fetch: Fetch, rows: int = ROWS, most_bytes: int = MOST_BYTES
) -> Iterator[pa.RecordBatch]:
    """Yield each row once, in the order given, with the columns of ARROW_TYPES.

    They replace the column `problem`: a row that has a problem keeps it and is not fetched. Rows
    of one URL must follow each other. Batches hold at most `most_bytes` of images, or one image.
    """
    last: dict[str, FetchResult] = {}  # the next slice may begin with more rows of this URL
    for part in _slices(batches, rows):
        urls = _urls_to_fetch(part)
        wanted = [url for url in dict.fromkeys(urls) if url is not None]
        fetched = last | fetch([url for url in wanted if url not in last])
        last = {url: fetched[url] for url in wanted[-1:]} or last
        results = [
            fetched[url] if url is not None else _not_fetched(old)
            for url, old in zip(urls, part["problem"].to_pylist(), strict=True)
        ]
        for start, stop in _cuts(results, most_bytes):
            yield _joined(part.slice(start, stop - start), results[start:stop])


def _slices(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def _urls_to_fetch(part: pa.RecordBatch) -> list[str | None]:
    """Return the URL to fetch for each row, None where there is nothing to fetch."""
    urls, problems = part["url"].to_pylist(), part["problem"].to_pylist()
    return [None if old is not None else url for url, old in zip(urls, problems, strict=True)]


def _not_fetched(old: str | None) -> FetchResult:
    return FetchResult(problem=old if old is not None else problem("bad url", "null"))


def _cuts(results: list[FetchResult], most_bytes: int) -> Iterator[tuple[int, int]]:
    start = held = 0
    for at, result in enumerate(results):
        size = len(result.image or b"")
        if at > start and held + size > most_bytes:
            yield start, at
            start, held = at, 0
        held += size
    yield start, len(results)


def _joined(part: pa.RecordBatch, results: list[FetchResult]) -> pa.RecordBatch:
    kept = {name: part[name] for name in part.schema.names if name != "problem"}
    added = {
        name: pa.array(values, ARROW_TYPES[name])
        for name, values in zip(FetchResult._fields, zip(*results, strict=True), strict=True)
    }
    return pa.RecordBatch.from_pydict(kept | added)
