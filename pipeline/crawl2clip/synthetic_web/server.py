"""Serve the web of a sample on the loopback addresses, in one thread."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

from crawl2clip.synthetic_web.web import Answer, answers

# Longer than any request the sample invites; a client that sends more is cut off.
_REQUEST_BYTES = 64 * 1024


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    """Serve the web in `folder` as long as the context lasts.

    Binds nothing but loopback addresses. Raises OSError, saying which, if one of them is taken.
    """
    table = {(answer.host, answer.target): answer for answer in answers(folder)}
    sockets = _bound(sorted({host for host, _ in table}), port)
    server = _Server(folder, table)
    thread = threading.Thread(target=server.run, args=(sockets,), name="sample web", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


def _bound(hosts: list[str], port: int) -> list[socket.socket]:
    sockets: list[socket.socket] = []
    for host in hosts:
        listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sockets.append(listening)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, port))
            listening.listen(512)
        except OSError as error:
            for one in sockets:
                one.close()
            raise OSError(
                error.errno,
                f"cannot serve the sample on {host}:{port} ({error.strerror}); stop what uses "
                "the port, or make the sample with another one",
            ) from error
    return sockets


class _Server:
    """Answers from the table. Its loop runs in a thread; `stop` may be called from any other."""

    def __init__(self, folder: Path, table: dict[tuple[str, str], Answer]) -> None:
        self._folder = folder
        self._table = table
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._talks: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def run(self, sockets: list[socket.socket]) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(self._serve(sockets))  # on leaving it cancels what still hangs

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)

    async def _serve(self, sockets: list[socket.socket]) -> None:
        servers = [
            await asyncio.start_server(self._begin, sock=listening, limit=_REQUEST_BYTES)
            for listening in sockets
        ]
        await self._stop.wait()
        # asyncio forgets, unclosed, a connection that a server accepts and then closes over; so
        # close only when none is on its way to _begin.
        while arriving := asyncio.all_tasks() - {asyncio.current_task()} - set(self._talks):
            await asyncio.wait(arriving)
        for server in servers:
            server.close()
        for writer in self._talks.values():
            writer.transport.abort()

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not left to start_server: a task of its making that is cancelled before its first step
        # never closes the connection, and nobody else knows of it.
        talk = self._loop.create_task(self._talk(reader, writer))
        self._talks[talk] = writer
        talk.add_done_callback(self._talks.pop)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection: requests and answers until either side closes it."""
        host = writer.get_extra_info("sockname")[0]
        try:
            while await self._answer(host, await reader.readuntil(b"\r\n\r\n"), writer):
                pass
        except (asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # the client went away, or sends no HTTP: nobody is left to answer
        finally:
            writer.close()

    async def _answer(self, host: str, request: bytes, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; return False if the connection must end."""
        first, *lines = request.decode("latin-1").split("\r\n")
        method, target, version = (*first.split(" "), "", "")[:3]
        answer = self._table.get((host, target), _nothing(host, target))
        if answer.delay_seconds:
            await asyncio.sleep(answer.delay_seconds)
        body = (self._folder / answer.body).read_bytes() if answer.body else b""
        writer.write(_head(answer) + (b"" if method == "HEAD" else body))
        await writer.drain()
        asked_to_end = any(line.lower() == "connection: close" for line in lines)
        return version == "HTTP/1.1" and not asked_to_end and not _cut_short(answer, body)


def _nothing(host: str, target: str) -> Answer:
    return Answer(host, target, 404, (("Content-Type", "text/html"), ("Content-Length", "0")), "")


def _head(answer: Answer) -> bytes:
    status = f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}"
    lines = [status, *(f"{name}: {value}" for name, value in answer.headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _cut_short(answer: Answer, body: bytes) -> bool:
    """Return whether the headers promise more than there is: only closing tells the client."""
    return int(dict(answer.headers).get("Content-Length", 0)) > len(body)
