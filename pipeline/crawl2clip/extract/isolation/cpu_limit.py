"""Limit CPU time, also of native code that never returns.

The kernel keeps the time and kills the process; Spark notices and retries the task.
"""

import io
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Self, cast


def start_clock(seconds: int) -> None:
    """Limit this process to so many further seconds of CPU time, after which it is killed.

    The kernel kills it, so native code that never returns does not escape; and time spent waiting
    for a network does not count. 0 seconds stop the clock.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


class CpuLimit:
    """Limits the CPU time of all threads, in seconds, from one `restart` to the next."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds

    def __enter__(self) -> Self:
        self.restart()
        return self

    def __exit__(self, *_: object) -> None:
        start_clock(0)

    def restart(self) -> None:
        start_clock(self.seconds)

    @contextmanager
    def lifted(self) -> Iterator[None]:
        """Suspend the limit while a consumer works."""
        start_clock(0)
        try:
            yield
        finally:
            self.restart()

    def on(self, file: BinaryIO) -> BinaryIO:
        """Return the file, such that each read of a new part of it restarts the clock.

        So the pages of a block share the time that one of them may take, and a page costs nothing.
        """
        return cast(BinaryIO, _Restarting(file, self))


class _Restarting(io.RawIOBase):
    def __init__(self, file: BinaryIO, limit: CpuLimit) -> None:
        self.file, self.limit = file, limit
        self.at = self.farthest = 0

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.at += len(data)
        if self.at > self.farthest:
            self.farthest = self.at
            self.limit.restart()
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.at = self.file.seek(offset, whence)
        return self.at

    def tell(self) -> int:
        return self.at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True
