"""The inputs that are kept: those of the corpus, and official ones where they are at hand."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tests.conformance import SHARED

CORPUS = Path(__file__).with_name("corpus")
# Larger files would take long each time, and say no more.
MOST_BYTES = 1 << 17
_OFFICIAL = {
    "page": ("webhtml", "loopback"),
    "head": (),
    "archive": ("archives/real", "archives/malformed"),
}


def files(kind: str) -> list[Path]:
    """The files of the corpus, in the order of their names."""
    return sorted((CORPUS / kind).iterdir())


@lru_cache
def seeds(kind: str) -> list[bytes]:
    """What mutation starts from."""
    return [*(path.read_bytes() for path in files(kind)), *_official(kind)]


def _official(kind: str) -> Iterator[bytes]:
    for folder in _OFFICIAL[kind]:
        for path in sorted((SHARED / "data" / folder).glob("*")):
            if not path.is_file() or path.stat().st_size > MOST_BYTES:
                continue
            yield from _pages_of(path) if kind == "page" else (path.read_bytes(),)


def _pages_of(path: Path) -> Iterator[bytes]:
    from tests.conformance.test_scanner import htmls

    yield from (html for html in htmls(path) if len(html) <= MOST_BYTES)
