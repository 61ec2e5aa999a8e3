"""Read articles of a MediaWiki dump (pages-articles.xml, as Wikimedia publishes it) in byte ranges.

Entity expansion can't exhaust memory: each page is parsed by itself, and an element's content can't
declare entities. Ranges that cover a file yield every page once, however they are divided.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

import fsspec

from crawl2clip.entries.sources.bz2_streams import PIECE, Piece, bz2_pieces

MOST_PAGE_BYTES = 32_000_000  # MediaWiki stores 2 MiB of text at most; escaped, sixfold

_OPEN, _CLOSE = b"<page>", b"</page>"  # text is escaped ("&lt;"), so these are always tags


@dataclass(frozen=True)
class Article:
    """The text of an article, at first as wikitext; or why there is none, as 'kind: detail'."""

    text: str
    problem: str | None = None


def articles(path: str, start: int, end: int) -> Iterator[Article]:
    """Yield the articles whose page starts in the range of the file, compressed with bz2 or not.

    Pages of other namespaces and redirects are skipped.
    """
    with fsspec.open(path, "rb") as file:
        pieces = bz2_pieces if path.endswith(".bz2") else _plain_pieces
        for page in _pages(pieces(file, start, end)):
            article = _article(page) if isinstance(page, bytes) else page
            if article:
                yield article


def _plain_pieces(file: BinaryIO, start: int, end: int) -> Iterator[Piece]:
    file.seek(start)
    while read := file.read(min(PIECE, end - start) if start < end else PIECE):
        yield Piece(read, start < end)
        start += len(read)


def _pages(pieces: Iterable[Piece]) -> Iterator[bytes | Article]:
    """Yield the pages whose first byte is ours, and a problem for each incomplete one."""
    window = _Window()
    for piece in pieces:
        window.add(piece)
        while page := window.page():
            yield page
        if problem := piece.problem or window.too_long():
            if piece.ours or window.inside_page():  # else the next range reports it
                yield Article("", problem)
            window = _Window()
        if not piece.ours and not window.ours:
            return
    if window.inside_page():
        yield Article("", "xml: the file ends inside a page")


class _Window:
    """Bytes that no page has used yet. ours: how many of them, from the first, are in our range.

    Between calls it starts with a page that is not closed, or is too short to contain a tag.
    """

    def __init__(self) -> None:
        self._bytes = bytearray()
        self.ours = 0

    def add(self, piece: Piece) -> None:
        self._bytes += piece.data
        if piece.ours:
            self.ours = len(self._bytes)

    def page(self) -> bytes | None:
        """Remove and return the first page that starts in our bytes; None if none is complete."""
        start = self._bytes.find(_OPEN, 0, self.ours + len(_OPEN) - 1)
        if start < 0:
            self._cut(max(0, len(self._bytes) - len(_OPEN) + 1))
            return None
        self._cut(start)
        end = self._bytes.find(_CLOSE)
        return self._cut(end + len(_CLOSE)) if end > 0 else None

    def too_long(self) -> str | None:
        """Return the problem of a page that exceeds the limit, if there is one."""
        if len(self._bytes) <= MOST_PAGE_BYTES:
            return None
        return f"size: a page of more than {MOST_PAGE_BYTES:,} bytes"

    def inside_page(self) -> bool:
        return self._bytes.startswith(_OPEN)

    def _cut(self, count: int) -> bytes:
        taken = bytes(self._bytes[:count])
        del self._bytes[:count]
        self.ours = max(0, self.ours - count)
        return taken


def _article(page: bytes) -> Article | None:
    """Return the article on the page; None if the page is of another kind."""
    try:
        root = ET.fromstring(page)
    except ET.ParseError as error:
        return Article("", f"xml: {error}")
    if root.findtext("ns") != "0" or root.find("redirect") is not None:
        return None
    return Article(root.findtext("revision/text") or "")
