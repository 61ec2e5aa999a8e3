"""HTTP/1 responses, read so that nothing in them costs more than its bytes are worth.

Python's http.client counts headers, and loses an image with 101 of them; it does not count the
interim responses (1xx), trailers and chunk sizes that a server may send without end, and takes
103 Early Hints for the answer. Here bytes are counted.
"""

import re
from collections.abc import Iterator
from email.message import Message
from http.client import IncompleteRead, RemoteDisconnected
from typing import BinaryIO, NamedTuple

from crawl2clip.fetch.results.fetch_errors import FetchError

# Of status lines and headers, interim ones included: what Chrome reads.
MOST_HEAD_BYTES = 262_144
# Informational responses before the answer. Servers send one or two.
MOST_INTERIM = 16
# Of chunk sizes, their extensions and trailers; and as many more as a sixteenth of the body.
MOST_FRAMING_BYTES = 65_536

_SWITCHING = 101  # the one 1xx after which no answer comes
_PIECE_BYTES = 65_536
_ENDLESS = 10**18
_STATUS_LINE = re.compile(rb"HTTP/(?:1\.\d+|0\.9)\s+([1-9]\d\d)(?:\s+(.*))?\s*", re.DOTALL)
_CHUNK_SIZE = re.compile(rb"\s*([0-9A-Fa-f]{1,15})\s*(?:;.*)?", re.DOTALL)
_NO_CODING = ("", "identity")


class Response(NamedTuple):
    """A response whose head is read. length: of the body in bytes, None if the head has none."""

    status: int
    reason: str
    headers: Message
    length: int | None
    body: Iterator[bytes]


def read_response(stream: BinaryIO) -> Response:
    """Read a response up to the end of its headers, past interim responses.

    Raises FetchError for what is not HTTP or too much of it, RemoteDisconnected if nothing comes,
    IncompleteRead if the head is cut. The body's iterator raises them too, but for a body that is
    cut where its length is known, or that the end of the connection ends: it just ends.
    """
    lines = _Lines(stream, MOST_HEAD_BYTES)
    for _ in range(MOST_INTERIM + 1):
        status, reason = _status(lines.read())
        headers = _headers(lines)
        if status >= 200 or status == _SWITCHING:
            return _response(status, reason, headers, stream)
    raise FetchError("bad response", f"more than {MOST_INTERIM} interim responses")


def _response(status: int, reason: str, headers: Message, stream: BinaryIO) -> Response:
    codings = ",".join(headers.get_all("Transfer-Encoding", [])).lower().split(",")
    names = [name for coding in codings if (name := coding.strip()) not in _NO_CODING]
    if not names:
        length = _length(headers)
        return Response(status, reason, headers, length, _plain(stream, length))
    if names != ["chunked"]:
        raise FetchError("encoded body", ", ".join(names))
    return Response(status, reason, headers, None, _chunked(stream))


class _Lines:
    """Reads the lines around a response's content, up to a number of bytes."""

    def __init__(self, stream: BinaryIO, most: int) -> None:
        self._stream, self._left = stream, most

    def allow(self, count: int) -> None:
        self._left += count

    def read(self) -> bytes:
        """Return the next line with its end, which is lacking if the connection ended first."""
        line = self._stream.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise FetchError("bad response", "too many bytes around the body")
        return line

    def whole(self) -> bytes:
        """Return the next line without its end. Raises IncompleteRead if it is cut."""
        line = self.read()
        if not line.endswith(b"\n"):
            raise IncompleteRead(b"")
        return line.rstrip(b"\r\n")


def _status(line: bytes) -> tuple[int, str]:
    if not line:
        raise RemoteDisconnected("the server hung up without an answer")
    found = _STATUS_LINE.fullmatch(line)
    if found is None:
        raise FetchError("bad response", line[:200].decode("latin-1"))
    return int(found[1]), (found[2] or b"").strip().decode("latin-1")


def _headers(lines: _Lines) -> Message:
    """Return the headers; lines that are none are skipped, as in browsers."""
    found: list[tuple[bytes, list[bytes]]] = []
    while line := lines.whole():
        if line[:1] in b" \t":  # goes on with the line before, in an old way of writing
            if found:
                found[-1][1].append(line.strip())
            continue
        name, colon, value = line.partition(b":")
        if colon and (name := name.strip()):
            found.append((name, [value.strip()]))
    headers = Message()
    for name, parts in found:
        headers[name.decode("latin-1")] = b" ".join(parts).decode("latin-1")
    return headers


def _length(headers: Message) -> int | None:
    text = str(headers.get("Content-Length", "")).partition(",")[0].strip()
    if not (text.isascii() and text.isdecimal()):
        return None
    return int(text) if len(text) < 19 else _ENDLESS  # Python reads 4,300 digits, and no more


def _plain(stream: BinaryIO, length: int | None) -> Iterator[bytes]:
    """Yield at most so many bytes; if `length` is None, all until the connection ends."""
    left = _ENDLESS if length is None else length
    while left and (piece := stream.read(min(left, _PIECE_BYTES))):
        left -= len(piece)
        yield piece


def _chunked(stream: BinaryIO) -> Iterator[bytes]:
    lines = _Lines(stream, MOST_FRAMING_BYTES)
    while size := _chunk_size(lines.whole()):
        yield from _plain(stream, size)
        lines.allow(size // 16)
        if lines.whole():
            raise FetchError("bad response", "a chunk longer than its size")
    while lines.read().strip():  # trailers; some servers leave out even the line that ends them
        pass


def _chunk_size(line: bytes) -> int:
    found = _CHUNK_SIZE.fullmatch(line)
    if found is None:
        raise FetchError("bad response", "a chunk without a size")
    return int(found[1], 16)
