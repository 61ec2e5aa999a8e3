"""Web servers on loopback that behave as badly as the real ones do, and are told when."""

import re
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ALL = 1 << 60


class Tiles(Sequence[bytes]):
    """`size` bytes of one tile after the other, of which only a tile is in memory."""

    def __init__(self, tile: bytes, size: int) -> None:
        self.tile, self.size = tile, size

    def __len__(self) -> int:
        return self.size

    def __getitem__(self, part: slice) -> bytes:  # type: ignore[override]
        start, end, _ = part.indices(self.size)
        first = start % len(self.tile)
        return (self.tile * 2)[first : first + min(end - start, len(self.tile))]


@dataclass
class Server:
    """What it has, what it does, what it was asked. Change it while it runs.

    breaks: for the next answers with a body, after how many bytes to drop the connection. failures:
    statuses of the next answers, each with a Retry-After or ''.
    """

    files: dict[str, bytes | Tiles] = field(default_factory=dict)
    url: str = ""
    etag: str | None = '"1"'
    has_ranges: bool = True
    says_length: bool = True
    body_of_failures: bytes = b""
    breaks: list[int] = field(default_factory=list)
    failures: list[tuple[int, str]] = field(default_factory=list)
    after_break: Callable[["Server"], None] = lambda server: None
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)

    def ranges(self) -> list[str | None]:
        """The header Range of each GET, in order."""
        return [part for method, part, _ in self.asked if method == "GET"]


@contextmanager
def serving(**files: bytes | Tiles) -> Iterator[Server]:
    """A server of files by their names; '_' stands for '.'."""
    told = Server({f"/{name.replace('_', '.')}": data for name, data in files.items()})
    handler = type("Handler", (_Handler,), {"told": told})
    server = _Server(("127.0.0.1", 0), handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A reader that hangs up is no error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    told: Server

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        told = self.told
        told.asked.append((self.command, self.headers["Range"], self.headers["If-Range"]))
        data = told.files.get(self.path)
        if told.failures:
            self._fail(*told.failures.pop(0))
        elif data is None:
            self._fail(404, "")
        else:
            self._send(data)

    def _fail(self, status: int, retry_after: str) -> None:
        body = self.told.body_of_failures
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if retry_after:
            self.send_header("Retry-After", retry_after)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _send(self, data: bytes | Tiles) -> None:
        start, end = self._wanted(len(data))
        if start is None:
            start, end = 0, len(data)
            self.send_response(200)
        elif start >= end:
            self.send_response(416)
            self.send_header("Content-Range", f"bytes */{len(data)}")
            start = end
        else:
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{end - 1}/{len(data)}")
        if self.told.etag:
            self.send_header("ETag", self.told.etag)
        if self.told.says_length:
            self.send_header("Content-Length", str(end - start))
        else:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command == "GET":
            self._send_body(data, start, end)

    def _wanted(self, size: int) -> tuple[int | None, int]:
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers["Range"] or "")
        is_same = self.headers["If-Range"] in (None, self.told.etag)
        if not found or not self.told.has_ranges or not is_same:
            return None, size
        return int(found[1]), min(int(found[2] or size) + bool(found[2]), size)

    def _send_body(self, data: bytes | Tiles, start: int, end: int) -> None:
        stop = min(end, start + (self.told.breaks.pop(0) if self.told.breaks else ALL))
        try:
            while start < stop:
                part = data[start : min(stop, start + (1 << 16))]
                self.wfile.write(part)
                start += len(part)
        except OSError:  # the reader has what it wanted
            self.close_connection = True
            return
        if stop < end:
            self.told.after_break(self.told)
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass
