"""Arrow batches of pairs in, the same with images out: a URL that recurs is fetched once."""

from collections.abc import Callable, Iterable, Iterator

import pyarrow as pa

from crawl2clip.fetch.images import Outcome
from crawl2clip.fetch.problems import problem

# Fetched at a time. More keeps the threads busier, for a batch ends with its slowest server;
# fewer holds fewer images in memory.
ROWS = 1_000
MOST_BYTES = 64_000_000

RESULT = {
    "image": pa.binary(),
    "width": pa.int32(),
    "height": pa.int32(),
    "original_width": pa.int32(),
    "original_height": pa.int32(),
    "sha256": pa.string(),
    "sha1": pa.string(),
    "md5": pa.string(),
    "original_bytes": pa.int64(),
    "original_format": pa.string(),
    "problem": pa.string(),
}

Fetch = Callable[[Iterable[str]], dict[str, Outcome]]


def with_images(
    batches: Iterable[pa.RecordBatch], fetch: Fetch, rows: int = ROWS, most_bytes: int = MOST_BYTES
) -> Iterator[pa.RecordBatch]:
    """Each row once, in the order given, the columns of RESULT in place of `problem`.

    Rows of one URL must follow each other. A row that has a problem keeps it and is not fetched.
    Batches hold at most `most_bytes` of images, or one image.
    """
    last: dict[str, Outcome] = {}  # its rows may go on in the next slice
    for part in _slices(batches, rows):
        asked = _asked(part)
        wanted = [url for url in dict.fromkeys(asked) if url is not None]
        found = last | fetch([url for url in wanted if url not in last])
        last = {url: found[url] for url in wanted[-1:]} or last
        outcomes = [
            found[url] if url is not None else _unasked(old)
            for url, old in zip(asked, part["problem"].to_pylist(), strict=True)
        ]
        for start, stop in _cuts(outcomes, most_bytes):
            yield _joined(part.slice(start, stop - start), outcomes[start:stop])


def _slices(batches: Iterable[pa.RecordBatch], rows: int) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        for start in range(0, batch.num_rows, rows):
            yield batch.slice(start, rows)


def _asked(part: pa.RecordBatch) -> list[str | None]:
    """The URL to fetch for each row, None where there is none."""
    urls, problems = part["url"].to_pylist(), part["problem"].to_pylist()
    return [None if old is not None else url for url, old in zip(urls, problems, strict=True)]


def _unasked(old: str | None) -> Outcome:
    return Outcome(problem=old if old is not None else problem("bad url", "null"))


def _cuts(outcomes: list[Outcome], most_bytes: int) -> Iterator[tuple[int, int]]:
    start = held = 0
    for at, outcome in enumerate(outcomes):
        size = len(outcome.image or b"")
        if at > start and held + size > most_bytes:
            yield start, at
            start, held = at, 0
        held += size
    yield start, len(outcomes)


def _joined(part: pa.RecordBatch, outcomes: list[Outcome]) -> pa.RecordBatch:
    kept = {name: part[name] for name in part.schema.names if name != "problem"}
    added = {
        name: pa.array(values, RESULT[name])
        for name, values in zip(Outcome._fields, zip(*outcomes, strict=True), strict=True)
    }
    return pa.RecordBatch.from_pydict(kept | added)
