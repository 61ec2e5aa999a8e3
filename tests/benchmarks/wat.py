# ruff: noqa: T201  a benchmark prints
"""How fast pairs are read from a WAT file.

    python -m tests.benchmarks.wat

Reads it in several ways, each in turn, seven times, and the WARC file that it describes: seconds of
CPU of the fastest. cc2dataset takes part where it is installed:

    pip install --no-deps cc2dataset==1.5.0 pysimdjson loguru
"""

import importlib
import io
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import pairs_in_file
from crawl2clip.extract.wat.wat_page import describe_page
from crawl2clip.synthetic_web.crawl import Member
from crawl2clip.synthetic_web.wat import write_wat
from tests.benchmarks.corpus import corpus

Pair = tuple[str | None, str | None]

MEGABYTES = 50  # of WARC
ROUNDS = 7
WAT_ROWS, WARC_ROWS, THEIRS = "rows, all columns", "rows of the WARC file", "cc2dataset 1.5.0"


def main() -> None:
    path = wat(MEGABYTES)
    data = path.read_bytes()
    pages = inflate(data)
    print(f"{path}: {len(data) / 1e6:.1f} MB, {pages} records, {pages // 3} pages\n")
    ways: dict[str, Callable[[bytes], int]] = {
        "inflate": inflate,
        "parse JSON (orjson)": parse,
        "pages and offers": offers,
        WAT_ROWS: lambda data: len(ours(data)),
        WARC_ROWS: lambda _: len(ours_of_warc()),
    }
    if cc2dataset():
        ways[THEIRS] = lambda data: len(theirs(data))
    seconds = measured(ways, data)
    print(f"{'':22}{'CPU s':>8}{'pages/s':>9}{'gives':>9}")
    for name, (least, count) in seconds.items():
        print(f"{name:22}{least:8.2f}{pages // 3 / least:9.0f}{count:9}")
    if cc2dataset():
        theirs_seconds = seconds[THEIRS][0]
        for name in (WAT_ROWS, WARC_ROWS):
            print(f"{name}: {theirs_seconds / seconds[name][0]:.2f} x {THEIRS}")
        compare(set(ours(data)), set(theirs(data)))
    else:
        print("\ncc2dataset is not installed; the head of this file says how to")


def measured(ways: dict[str, Callable[[bytes], int]], data: bytes) -> dict[str, tuple[float, int]]:
    least: dict[str, tuple[float, int]] = {}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            start = time.process_time()
            count = way(data)
            taken = time.process_time() - start
            least[name] = min(least.get(name, (taken, count)), (taken, count))
    return least


def compare(ours: set[Pair], theirs: set[Pair]) -> None:
    """Say how many pairs are the same, and show some that are not."""
    print(f"\n{len(ours & theirs)} pairs in both, {len(ours - theirs)} in ours alone,", end=" ")
    print(f"{len(theirs - ours)} in cc2dataset's alone, such as")
    for who, pairs in (("ours", ours - theirs), ("cc2dataset", theirs - ours)):
        for url, text in sorted(pairs, key=str)[:3]:
            print(f"  {who:11}{str(url)[:60]:62}{str(text)[:40]!r}")


def inflate(data: bytes) -> int:
    return sum(1 for _ in records(data))


def parse(data: bytes) -> int:
    import orjson

    return sum(1 for record in records(data) if orjson.loads(record))


def offers(data: bytes) -> int:
    settings = Settings()
    pages = (describe_page(record, settings) for record in records(data))
    return sum(len(page.content.images) for page in pages if page)


def records(data: bytes) -> Iterator[bytes]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.metadata
    for record in ArchiveIterator(io.BytesIO(data), record_types=kinds, parse_http=False):
        yield record.reader.read()


def ours(data: bytes) -> list[Pair]:
    rows = pairs_in_file("x.warc.wat.gz", io.BytesIO(data), Settings())
    return [(row.url, row.text) for row in rows if row.url]


def ours_of_warc() -> list[Pair]:
    """The pairs of the same pages, from their HTML."""
    warc = corpus(MEGABYTES)[0]
    with warc.open("rb") as file:
        return [
            (row.url, row.text) for row in pairs_in_file(str(warc), file, Settings()) if row.url
        ]


def cc2dataset() -> bool:
    try:
        importlib.import_module("cc2dataset.main")
    except ImportError:
        return False
    return True


def theirs(data: bytes) -> list[Pair]:
    read = importlib.import_module("cc2dataset.main").extract_documents_from_wat
    return [(link["url"], link["alt"]) for link in read(io.BytesIO(data), "image")]


def wat(megabytes: int) -> Path:
    """A WAT file of the first so many bytes of the crawl that all benchmarks share, made once."""
    warc = corpus(megabytes)[0]
    path = warc.with_suffix("").with_suffix(".warc.wat.gz")
    if not path.exists():
        half = path.with_suffix(".half")
        write_wat(warc, half, members(warc), {}, seed=0)
        half.replace(path)
    return path


def members(warc: Path) -> list[Member]:
    from fastwarc.warc import ArchiveIterator

    starts = [(record.stream_pos, record.headers) for record in ArchiveIterator(str(warc))]
    ends = [*(start for start, _ in starts[1:]), warc.stat().st_size]
    return [
        Member(headers.get("WARC-Target-URI") or "", headers.get("WARC-Type") or "", start, end)
        for (start, headers), end in zip(starts, ends, strict=True)
    ]


if __name__ == "__main__":
    main()
