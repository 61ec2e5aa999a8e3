"""A daemon that forks Python workers in local sessions: PySpark's own, but quicker and quieter."""

import socket
from typing import IO

import pyspark.worker
from pyspark import daemon
from pyspark.util import handle_worker_exception

from crawl2clip.io.redaction import clean

_worker = daemon.worker


def worker(sock: socket.socket, authenticated: bool) -> int:
    """Run a task and return the exit code, 0 for a worker that may run the next.

    Spark and a worker send each other half messages, and TCP holds the second half back until the
    first is acknowledged, which the other side puts off for 40 ms: in each task. And a worker whose
    rows Spark no longer wants, as after a `limit`, has nothing to say: PySpark prints a traceback.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_QUICKACK"):  # Linux
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    try:
        return _worker(sock, authenticated)
    except BrokenPipeError:
        return 1


def tell(error: BaseException, out: IO[bytes]) -> None:
    """Report an error, with its secrets removed, to Spark, which writes it to its logs."""
    handle_worker_exception(clean(error), out)


if __name__ == "__main__":
    daemon.worker = worker
    pyspark.worker.handle_worker_exception = tell  # type: ignore[assignment, attr-defined]
    daemon.manager()
