"""What forks Spark's Python workers in local sessions: PySpark's own, but workers end in silence.

Over a Unix socket a worker whose session has let it go can't say goodbye, and PySpark's daemon then
prints a traceback for each.
"""

import socket

from pyspark import daemon

_worker = daemon.worker


def worker(sock: socket.socket, authenticated: bool) -> int:
    """Run a task; the exit code, 0 for one that may run the next."""
    try:
        return _worker(sock, authenticated)
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    daemon.worker = worker
    daemon.manager()
