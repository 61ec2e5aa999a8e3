"""What forks Spark's Python workers in local sessions: PySpark's own, but quicker and quieter."""

import socket

from pyspark import daemon

_worker = daemon.worker


def worker(sock: socket.socket, authenticated: bool) -> int:
    """Run a task; the exit code, 0 for one that may run the next.

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


if __name__ == "__main__":
    daemon.worker = worker
    daemon.manager()
