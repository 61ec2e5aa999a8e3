"""Find the records of an archive in a child process, which may crash.

The child opens nothing: it requests the bytes of the file from this process, piece by piece. So no
network is between the two, and a crash lies in the piece requested last. The items found so far are
counted, so that the next child resumes behind them; in place of the bytes that crashed the first it
sees others, which look like damage, and the readers of archives skip damage.
"""

import io
import struct
from collections.abc import Iterator
from mmap import mmap
from multiprocessing.connection import Connection
from typing import BinaryIO, NamedTuple, NoReturn, cast

from crawl2clip.extract.archives.archive import read_archive
from crawl2clip.extract.archives.page import ArchiveItem, Unreadable
from crawl2clip.extract.isolation.child_process import (
    Child,
    DiedError,
    Failure,
    failure_of,
)
from crawl2clip.extract.isolation.cpu_limit import start_clock
from crawl2clip.extract.limits.read_settings import Settings

CRASHED = "page crashed the reader"

# Each has the file read again from its start.
MOST_CRASHES = 30
_MOST_BYTES = 1 << 24
# So large are the reads of those who take what comes. They get little at a time where a child has
# crashed before, and crash with the first piece that goes beyond what they can bear.
_LARGE_BYTES = 8192
_LITTLE_BYTES = 16
# How many times its size a hole grows by.
_GROWTH = 3
_PLACE = struct.Struct("qq")


class Piece(NamedTuple):
    """Addresses bytes of a file, from `start` to before `stop`."""

    start: int
    stop: int


def read_in_child(file: BinaryIO, settings: Settings) -> Iterator[ArchiveItem | DiedError]:
    """Yield as `read_archive` does, and the cause of each death that no item explains.

    Raises OSError if reading fails for a reason other than the bytes themselves.
    """
    source = _Source(file, settings)
    for _ in range(MOST_CRASHES):
        try:
            yield from source.items()
        except DiedError as died:
            if source.has_located_crash():
                source.pending_crash = died
        else:
            return
    yield Unreadable(None, f"unreadable file: its reader crashed {MOST_CRASHES} times")


def limits(settings: Settings) -> tuple[int, int]:
    """Return what a child may take for a page: seconds of CPU time, bytes of memory."""
    return settings.max_page_seconds, settings.max_page_memory_bytes


def refuse(failure: Failure) -> NoReturn:
    """Raise DiedError if the bytes are at fault, and RuntimeError otherwise."""
    raise (RuntimeError if failure.is_ours else DiedError)(failure.text)


class _Source:
    """Tracks the progress through one file and its places that crash readers.

    found_before: how many items were yielded. behind_found: an offset behind the start of the last
    one. holes: bytes that no child gets to see. doubtful: where large reads return little. place:
    the piece read last, in memory that children share. pending_crash: why a child died, until an
    item shows where.
    """

    def __init__(self, file: BinaryIO, settings: Settings) -> None:
        self.file, self.settings = file, settings
        self.size = file.seek(0, io.SEEK_END)
        self.found_before = self.behind_found = 0
        self.holes: list[Piece] = []
        self.doubtful: Piece | None = None
        self.place = mmap(-1, _PLACE.size)
        self.pending_crash: DiedError | None = None

    def items(self) -> Iterator[ArchiveItem | DiedError]:
        """Yield the items from here to the end. Raises DiedError if the child dies."""
        with Child(self._serve, *limits(self.settings)) as child:
            while (message := child.receive()) is not None:
                if isinstance(message, Piece):
                    child.send(self._read(message))
                elif isinstance(message, Failure):
                    refuse(message)
                else:
                    self._count(message)
                    yield from self._with_pending_crash(message)
            if self.pending_crash:
                yield self.pending_crash

    def _count(self, found: ArchiveItem) -> None:
        self.found_before += 1
        if found.offset is not None:
            self.behind_found = found.offset + 1

    def _with_pending_crash(self, found: ArchiveItem) -> Iterator[ArchiveItem | DiedError]:
        """Yield the item, preceded by or merged with a crash that came before it."""
        died, self.pending_crash = self.pending_crash, None
        if died is None:
            yield found
        elif isinstance(found, Unreadable):  # by what was put in its place
            yield found._replace(problem=f"{CRASHED}: {died}")
        else:
            yield died
            yield found

    def has_located_crash(self) -> bool:
        """Return whether the last crash is located well enough to be skipped.

        If not, the next child reads there in smaller pieces.
        """
        last = Piece(*_PLACE.unpack(self.place))
        if last.stop - last.start >= _LARGE_BYTES and self.doubtful != last:
            self.doubtful = last
            return False
        self.doubtful = None
        self.holes.append(self._hole(last.start))
        return True

    def _hole(self, at: int) -> Piece:
        """Return a byte of the last read, or the previous hole enlarged if that did not suffice.

        The bytes that crash lie before those read ahead, so a hole grows to the left, where up to
        the last item there is nothing else to lose; and to the right if it can't.
        """
        if not self.holes or not self.holes[-1].start <= at < self.holes[-1].stop + _LITTLE_BYTES:
            return Piece(at, at + 1)
        start, stop = self.holes.pop()
        more = _GROWTH * (stop - start)
        left = max(start - more, self.behind_found)
        return Piece(left, max(stop, at + 1)) if left < start else Piece(start, stop + more)

    def _read(self, asked: Piece) -> bytes:
        self.file.seek(asked.start)
        data = self.file.read(min(asked.stop - asked.start, _MOST_BYTES))
        for hole in self.holes:
            data = _inverted(data, asked.start, hole)
        return data

    def _serve(self, pipe: Connection) -> None:
        """Serve the records from inside the child."""
        seconds = self.settings.max_page_seconds
        file = cast(BinaryIO, _ParentFile(pipe, self, seconds))
        start_clock(seconds)
        try:
            for number, found in enumerate(read_archive(file, self.settings.max_page_bytes)):
                if number >= self.found_before:
                    pipe.send(found)
                start_clock(seconds)
        except BaseException as error:  # panics of native decoders are no Exception
            pipe.send(failure_of(error))
        pipe.send(None)


class _ParentFile(io.RawIOBase):
    """Presents the parent's file in a child. Each new part of it restarts the clock."""

    def __init__(self, pipe: Connection, source: _Source, seconds: int) -> None:
        self.pipe, self.source, self.size, self.seconds = pipe, source, source.size, seconds
        self.at = self.farthest = 0
        self.held, self.held_at = b"", 0

    def read(self, size: int = -1) -> bytes:
        """Read `size` bytes, fewer only at the end of the file and where a crash was."""
        left = max(0, self.size - self.at)
        stop = self.at + (left if size < 0 else min(size, left))
        doubtful = self.source.doubtful
        if size >= _LARGE_BYTES and doubtful and doubtful.start < stop and self.at < doubtful.stop:
            return self._little(doubtful.stop)
        start, parts = self.at, []
        while self.at < stop and (part := self._ask(self.at, stop)):
            parts.append(part)
            self._move(start, self.at + len(part))
        return b"".join(parts)

    def _little(self, stop: int) -> bytes:
        """Return some bytes, requested from the parent together with all up to `stop`."""
        if not 0 <= self.at - self.held_at < len(self.held):
            self.held, self.held_at = self._ask(self.at, stop), self.at
        start = self.at - self.held_at
        some = self.held[start : start + _LITTLE_BYTES]
        self._move(self.at, self.at + len(some))
        return some

    def _ask(self, start: int, stop: int) -> bytes:
        self.pipe.send(Piece(start, stop))
        data: bytes = self.pipe.recv()
        return data

    def _move(self, start: int, at: int) -> None:
        """Record that the bytes between the two offsets were read."""
        self.at = at
        self.source.place[:] = _PLACE.pack(start, at)
        if at > self.farthest:
            self.farthest = at
            start_clock(self.seconds)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        if origin + offset < 0:
            raise ValueError(f"negative seek position {origin + offset}")
        self.at = origin + offset
        return self.at

    def tell(self) -> int:
        return self.at

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True


def _inverted(data: bytes, at: int, hole: Piece) -> bytes:
    """Return the bytes from `at` on with those in the hole inverted, so that each differs."""
    start, stop = max(hole.start - at, 0), min(hole.stop - at, len(data))
    if start >= stop:
        return data
    inverted = bytes(byte ^ 0xFF for byte in data[start:stop])
    return data[:start] + inverted + data[stop:]
