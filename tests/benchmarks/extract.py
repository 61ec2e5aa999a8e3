"""How fast pairs are read from archives, against what others do and against the limit.

    python -m tests.benchmarks.extract [--megabytes 200] [--rounds 3] [--spark]

All programs read the same files in turns, so that a slow moment of the machine is slow for all; the
best of the rounds counts, in seconds of CPU. The limit is to inflate the files and do nothing else.
"""

import argparse
import hashlib
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from unittest import mock
from urllib.parse import urljoin

from crawl2clip.extract.html import scanner
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import pairs_in_archive
from tests.benchmarks import spark_overhead
from tests.benchmarks.corpus import corpus

Peer = Callable[[Path], int]
EVERYTHING = Settings(
    texts=("alt", "title", "aria-label", "figcaption", "json_ld", "og", "link_text"),
    images=("src", "srcset", "picture", "lazy", "noscript", "link", "og", "twitter", "json_ld"),
)


def inflate(path: Path) -> int:
    """The limit: the fastest inflate there is, and nothing else."""
    from isal import igzip

    with igzip.open(path, "rb") as file:
        while file.read(1 << 20):
            pass
    return 0


def ours(settings: Settings, path: Path) -> int:
    return sum(row.url is not None for row in pairs_in_archive(str(path), settings))


def ours_by_parser(settings: Settings, path: Path) -> int:
    with mock.patch.object(scanner, "_scanner", None):
        return ours(settings, path)


def metaclip(path: Path) -> int:
    """What MetaCLIP's curator does with a WARC: warcio, lexbor, urljoin, a hash for each pair."""
    from selectolax.lexbor import LexborHTMLParser

    pairs = 0
    for url, body in _responses(path):
        for node in LexborHTMLParser(body).css("img"):
            src, alt = node.attributes.get("src"), node.attributes.get("alt")
            if src and alt and not src.startswith("data:"):
                joined = urljoin(url, src)
                hashlib.sha224((joined + alt).encode("utf-8", "replace")).hexdigest()
                pairs += 1
    return pairs


def lxml_job(path: Path) -> int:
    """What jobs on Common Crawl mostly look like: warcio, lxml, urljoin."""
    import lxml.html

    pairs = 0
    for url, body in _responses(path):
        for image in lxml.html.fromstring(body).iter("img"):
            src, alt = image.get("src"), image.get("alt")
            if src and alt and not src.startswith("data:"):
                urljoin(url, src)
                pairs += 1
    return pairs


def _responses(path: Path) -> Iterator[tuple[str, bytes]]:
    from warcio.archiveiterator import ArchiveIterator

    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                yield (
                    record.rec_headers.get_header("WARC-Target-URI"),
                    record.content_stream().read(),
                )


def peers() -> dict[str, Peer]:
    found: dict[str, Peer] = {"pure inflate (igzip)": inflate}
    if scanner.is_built():
        found["ours"] = partial(ours, Settings())
        found["ours, every text and image"] = partial(ours, EVERYTHING)
    found["ours without the scanner"] = partial(ours_by_parser, Settings())
    found["the way of MetaCLIP"] = metaclip
    with _if_installed():
        import lxml.html  # noqa: F401

        found["warcio and lxml"] = lxml_job
    return found


@contextmanager
def _if_installed() -> Iterator[None]:
    try:
        yield
    except ImportError as error:
        _say(f"left out: {error}")


def measured(
    peers: dict[str, Peer], paths: list[Path], rounds: int
) -> dict[str, tuple[float, int]]:
    """CPU seconds and pairs of each."""
    found: dict[str, tuple[float, int]] = {}
    for _ in range(rounds):
        for name, peer in peers.items():
            start = time.process_time()
            pairs = sum(map(peer, paths))
            seconds = time.process_time() - start
            found[name] = min(found.get(name, (seconds, pairs)), (seconds, pairs))
    return found


def size(paths: list[Path]) -> tuple[int, int]:
    """Bytes before compression, and pages."""
    from isal import igzip

    total = 0
    for path in paths:
        with igzip.open(path, "rb") as file:
            total += sum(len(block) for block in iter(lambda f=file: f.read(1 << 20), b""))
    return total, sum(1 for path in paths for _ in _responses(path))


def table(found: dict[str, tuple[float, int]], total: int, pages: int) -> Iterator[str]:
    limit = next(iter(found.values()))[0]
    yield f"{'':30}{'CPU s':>8}{'MB/s':>8}{'pages/s':>9}{'x inflate':>11}{'pairs':>9}"
    for name, (seconds, pairs) in found.items():
        yield (
            f"{name:30}{seconds:8.2f}{total / seconds / 1e6:8.0f}{pages / seconds:9.0f}"
            f"{seconds / limit:11.1f}{pairs or '':>9}"
        )


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--megabytes", type=int, default=200)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--spark", action="store_true", help="what Spark adds to two processes")
    given = options.parse_args()
    paths = corpus(given.megabytes)
    total, pages = size(paths)
    _say(f"{len(paths)} files, {total / 1e6:.0f} MB, {pages} pages")
    if given.spark:
        lines = spark_overhead.table(paths, given.rounds)
    else:
        lines = table(measured(peers(), paths, given.rounds), total, pages)
    for line in lines:
        _say(line)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
