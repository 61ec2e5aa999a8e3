"""Cancellation of all waits of many threads at once."""

import socket
import threading
from contextlib import suppress
from weakref import WeakSet


class Cancellation:
    """A switch that wakes the threads that sleep, or that wait for a socket, by `cancel`.

    A lookup of a host name cannot be woken; it is left behind when its own time is up.
    """

    def __init__(self) -> None:
        self._cancelled = threading.Event()
        self._lock = threading.Lock()
        self._sockets: WeakSet[socket.socket] = WeakSet()

    def cancel(self) -> None:
        """Wake all threads, and let none of them wait again."""
        with self._lock:
            self._cancelled.set()
            for sock in self._sockets:
                with suppress(OSError):  # closed or not connected: nobody waits for it
                    # A TLS socket's own method would take the connection from under its reader.
                    socket.socket.shutdown(sock, socket.SHUT_RDWR)

    def check(self) -> None:
        """Raise TimeoutError after a `cancel`."""
        if self._cancelled.is_set():
            raise TimeoutError("cancelled")

    def watch(self, sock: socket.socket) -> None:
        """Shut the socket down on `cancel`, for as long as it is open. Raises as `check` does."""
        with self._lock:
            self.check()
            self._sockets.add(sock)

    def sleep(self, seconds: float) -> None:
        """Sleep, at most until `cancel` is called; then raise TimeoutError."""
        self._cancelled.wait(seconds)
        self.check()
