"""An archive -> what can be found in it, by a child process, which may crash.

The child opens nothing: it asks this process for the bytes of the file, piece by piece. So no
network is between the two, and the piece asked for last is where a crash lies. What was found is
counted, for the next child to begin with what comes after; in place of the bytes that crashed the
first it sees others, which are damage to it, and the readers of archives know how to pass damage.
"""

import io
import struct
from collections.abc import Iterator
from mmap import mmap
from multiprocessing.connection import Connection
from typing import BinaryIO, NamedTuple, NoReturn, cast

from crawl2clip.extract.archives.archive import found_in
from crawl2clip.extract.archives.page import Broken, Found
from crawl2clip.extract.isolation.child_process import (
    Child,
    DiedError,
    Failure,
    failure_of,
    start_clock,
)
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
    """Bytes of a file, from `start` to before `stop`."""

    start: int
    stop: int


def found_in_child(file: BinaryIO, settings: Settings) -> Iterator[Found | DiedError]:
    """As `found_in`; where a child died for no page that was found, what it died of.

    Raises OSError if reading fails for a reason that does not lie in the bytes.
    """
    source = _Source(file, settings)
    for _ in range(MOST_CRASHES):
        try:
            yield from source.found()
        except DiedError as died:
            if source.has_located_crash():
                source.untold = died
        else:
            return
    yield Broken(None, f"unreadable file: its reader crashed {MOST_CRASHES} times")


def limits(settings: Settings) -> tuple[int, int]:
    """What a child may take for a page: seconds of CPU time, bytes of memory."""
    return settings.max_page_seconds, settings.max_page_memory_bytes


def refuse(failure: Failure) -> NoReturn:
    """Raises DiedError for what lies in the bytes, and RuntimeError for all else."""
    raise (RuntimeError if failure.is_ours else DiedError)(failure.text)


class _Source:
    """A file and what is known of it.

    found_before: how much was given. behind_found: an offset behind the start of what was given
    last. holes: bytes that no child gets to see. doubtful: where large reads give little. place:
    the piece read last, in memory that children share. untold: why a child died, until a place was
    found that tells.
    """

    def __init__(self, file: BinaryIO, settings: Settings) -> None:
        self.file, self.settings = file, settings
        self.size = file.seek(0, io.SEEK_END)
        self.found_before = self.behind_found = 0
        self.holes: list[Piece] = []
        self.doubtful: Piece | None = None
        self.place = mmap(-1, _PLACE.size)
        self.untold: DiedError | None = None

    def found(self) -> Iterator[Found | DiedError]:
        """What is found from here to the end. Raises DiedError if the child dies."""
        with Child(self._serve, *limits(self.settings)) as child:
            while (message := child.receive()) is not None:
                if isinstance(message, Piece):
                    child.send(self._read(message))
                elif isinstance(message, Failure):
                    refuse(message)
                else:
                    self._count(message)
                    yield from self._told(message)
            if self.untold:
                yield self.untold

    def _count(self, found: Found) -> None:
        self.found_before += 1
        if found.offset is not None:
            self.behind_found = found.offset + 1

    def _told(self, found: Found) -> Iterator[Found | DiedError]:
        """What is found, after a crash that came before it."""
        died, self.untold = self.untold, None
        if died is None:
            yield found
        elif isinstance(found, Broken):  # by what was put in its place
            yield found._replace(problem=f"{CRASHED}: {died}")
        else:
            yield died
            yield found

    def has_located_crash(self) -> bool:
        """Whether the place of the last crash is known well enough to be passed; if not, the next
        child will read there in smaller pieces.
        """
        last = Piece(*_PLACE.unpack(self.place))
        if last.stop - last.start >= _LARGE_BYTES and self.doubtful != last:
            self.doubtful = last
            return False
        self.doubtful = None
        self.holes.append(self._hole(last.start))
        return True

    def _hole(self, at: int) -> Piece:
        """A byte of what was read last; or the hole before and more, if that did not do.

        What crashes lies before what is read ahead of it, so a hole grows to the left, where up to
        what was found last there is nothing else to lose; and to the right if it can't.
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
            data = _spoilt(data, asked.start, hole)
        return data

    def _serve(self, pipe: Connection) -> None:
        """In the child."""
        seconds = self.settings.max_page_seconds
        file = cast(BinaryIO, _Asked(pipe, self, seconds))
        start_clock(seconds)
        try:
            for number, found in enumerate(found_in(file, self.settings.max_page_bytes)):
                if number >= self.found_before:
                    pipe.send(found)
                start_clock(seconds)
        except BaseException as error:  # panics of native decoders are no Exception
            pipe.send(failure_of(error))
        pipe.send(None)


class _Asked(io.RawIOBase):
    """In a child: the file that its parent reads. Each new part of it starts the clock again."""

    def __init__(self, pipe: Connection, source: _Source, seconds: int) -> None:
        self.pipe, self.source, self.size, self.seconds = pipe, source, source.size, seconds
        self.at = self.farthest = 0
        self.held, self.held_at = b"", 0

    def read(self, size: int = -1) -> bytes:
        """All that is wanted, less only at the end of the file and where a crash was."""
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
        """Some bytes; all up to `stop` are asked for at once."""
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
        """Note that what lies between the two is read."""
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


def _spoilt(data: bytes, at: int, hole: Piece) -> bytes:
    """The bytes from `at` on, those in the hole inverted: each is another than it was."""
    start, stop = max(hole.start - at, 0), min(hole.stop - at, len(data))
    if start >= stop:
        return data
    inverted = bytes(byte ^ 0xFF for byte in data[start:stop])
    return data[:start] + inverted + data[stop:]
