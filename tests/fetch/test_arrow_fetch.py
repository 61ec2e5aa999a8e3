from collections.abc import Iterable

import pyarrow as pa

from crawl2clip.fetch.download.arrow_fetch import with_images
from crawl2clip.fetch.results.fetch_result import ARROW_TYPES, FetchResult


class Fetch:
    """Every URL's image is its name, eight times; notes what it was asked for."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def __call__(self, urls: Iterable[str]) -> dict[str, FetchResult]:
        self.calls.append(list(urls))
        return {url: FetchResult(url.encode() * 8, 1, 2, 3, 4, "hash") for url in self.calls[-1]}


def batch(
    urls: Iterable[str | None], problems: Iterable[str | None] | None = None
) -> pa.RecordBatch:
    urls = list(urls)
    problems = list(problems) if problems else [None] * len(urls)
    columns = {"uid": [str(i) for i in range(len(urls))], "url": urls, "problem": problems}
    schema = pa.schema([(name, pa.string()) for name in columns])
    return pa.RecordBatch.from_pydict(columns, schema)


def column(batches: Iterable[pa.RecordBatch], name: str) -> list[object]:
    return [value for batch in batches for value in batch[name].to_pylist()]


def test_a_url_whose_rows_go_on_in_the_next_batch_is_fetched_once() -> None:
    fetch = Fetch()

    out = list(with_images([batch("aab"), batch("bb"), batch("bc")], fetch, rows=2))

    assert [url for call in fetch.calls for url in call] == ["a", "b", "c"]
    assert column(out, "url") == list("aabbbbc")
    assert column(out, "image") == [url.encode() * 8 for url in "aabbbbc"]
    assert out[0].schema.names == ["uid", "url", *ARROW_TYPES]
    assert [out[0].schema.field(name).type for name in ARROW_TYPES] == list(ARROW_TYPES.values())


def test_rows_with_a_problem_keep_it_and_are_not_fetched_not_even_amid_a_run() -> None:
    fetch = Fetch()
    problems = [None, "old: one", None, "", None]

    out = list(with_images([batch(["a", "a", "a", "b", None], problems)], fetch, rows=2))

    assert [url for call in fetch.calls for url in call] == ["a"]
    assert column(out, "problem") == [None, "old: one", None, "", "bad url: null"]
    assert column(out, "image") == [b"a" * 8, None, b"a" * 8, None, None]


def test_a_run_may_be_broken_by_a_whole_batch_of_rows_with_a_problem() -> None:
    fetch = Fetch()
    old = "old: one"

    list(with_images([batch("aa"), batch("aa", [old, old]), batch("ab")], fetch))

    assert [url for call in fetch.calls for url in call] == ["a", "b"]


def test_output_is_cut_by_bytes_but_a_row_is_never_lost() -> None:
    out = list(with_images([batch("aabcc")], Fetch(), most_bytes=16))
    assert [part.num_rows for part in out] == [2, 2, 1]

    out = list(with_images([batch("abc")], Fetch(), most_bytes=1))
    assert [part.num_rows for part in out] == [1, 1, 1]


def test_no_rows_are_no_trouble() -> None:
    assert list(with_images([], Fetch())) == []
    assert list(with_images([batch("")], Fetch())) == []
