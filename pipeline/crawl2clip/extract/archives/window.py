"""Keep a sliding window over the decompressed bytes of an archive."""

from bisect import bisect_left, bisect_right

from crawl2clip.extract.archives.record_boundaries import PEEK_BYTES, FrameError, Frames, RecordKind

# What is read already is forgotten when it is worth the work.
_DROP_BYTES = 1 << 18
_BLANK = b"\r\n "


class Window:
    """Holds the decompressed bytes from the frame at `at` on, addressed by position.

    Positions count decompressed bytes; in an uncompressed file they are file offsets. error: why
    the bytes end at `end`; None if the file ends there. known_end: the last position, once known.
    """

    def __init__(self, frames: Frames, at: int, kind: RecordKind) -> None:
        self.frames, self.kind = frames, kind
        self.known_end: int | None = None
        self._is_wary = False
        self._open(at, at if frames.is_plain else 0)

    def _open(self, at: int, position: int) -> None:
        self._portions = self.frames.portions(at)
        self._data = bytearray()
        self._base = position
        self._starts: list[tuple[int, int]] = []  # (position, offset) of frames
        self.is_over = False
        self.error: FrameError | None = None

    @property
    def start(self) -> int:
        """Return the first position that is kept."""
        return self._base

    @property
    def end(self) -> int:
        """Return the position behind the last decompressed byte."""
        return self._base + len(self._data)

    def fill(self, end: int) -> bool:
        """Decompress up to `end`; return False if the bytes end before."""
        while self.end < end and not self.is_over:
            self._take()
        return self.end >= end

    def _take(self) -> None:
        try:
            offset, part = next(self._portions)
        except StopIteration:
            self._finish()
        except FrameError as error:
            self.error = error
            self._finish()
        else:
            if not part and not self.frames.is_plain:
                self._starts.append((self.end, offset))
            self._data += part

    def _finish(self) -> None:
        self.is_over = True
        self.known_end = self.end

    def get(self, start: int, end: int) -> bytes:
        """Return the bytes from `start` to `end`, as far as they exist."""
        self.fill(end)
        with memoryview(self._data) as data:
            return bytes(data[start - self._base : end - self._base])

    def forget(self, before: int) -> None:
        """Drop everything before that position but the start of its frame."""
        count = min(before, self.end) - self._base
        if count < min(_DROP_BYTES, len(self._data) + 1):
            return
        self._drop(count)

    def _drop(self, count: int) -> None:
        del self._data[:count]
        self._base += count
        del self._starts[: max(bisect_right(self._starts, (self._base, self.frames.size)) - 1, 0)]

    def after_blank(self, at: int) -> int | None:
        """Return the first position from `at` on that is no white space, or None."""
        while True:
            self.fill(at + 1)
            tail = self._data[at - self._base : at - self._base + PEEK_BYTES]
            if not tail:
                return None
            rest = tail.lstrip(_BLANK)
            at += len(tail) - len(rest)
            if rest:
                return at
            self.forget(at)

    def offset(self, first: int, at: int) -> int | None:
        """Return the file offset of the record at `at`, or None if no frame starts with it.

        Only white space may stand between `first` and `at`.
        """
        if self.frames.is_plain:
            return at
        position, offset = self.frame(at)
        return offset if first <= position <= at else None

    def next_place(self, first: int, last: int) -> int | None:
        """Return the offset of the first frame that starts between these positions, or None.

        In an uncompressed file that is `last` itself.
        """
        if self.frames.is_plain:
            return last
        frame = bisect_left(self._starts, (first, -1))
        is_there = frame < len(self._starts) and self._starts[frame][0] <= last
        return self._starts[frame][1] if is_there else None

    def frame(self, at: int) -> tuple[int, int]:
        """Return position and offset of the frame that holds the byte at `at`."""
        if self.frames.is_plain:
            return at, at
        return self._starts[max(bisect_right(self._starts, (at, self.frames.size)) - 1, 0)]

    def is_sound(self, end: int) -> bool:
        """Return whether the bytes end at `end` or soon after, with no damage before."""
        if not self.is_over:
            return False
        if self.error is None or self._starts[-1][1] != self.error.at:
            return True
        return self._starts[-1][0] >= end

    def next(self, at: int) -> int | None:
        """Return the first position from `at` on where a record or frame starts, or None.

        Bytes before it need not be kept.
        """
        while True:
            found = self.within(at, self.end)
            if found is not None or self.is_over:
                return found
            at = max(at, self.end - PEEK_BYTES)
            self.forget(at - 1)
            self._take()

    def within(self, at: int, end: int) -> int | None:
        """Return the first such position up to `end`, among the bytes already decompressed."""
        frame = bisect_left(self._starts, (at, -1))
        if frame < len(self._starts) and self._starts[frame][0] <= end:
            end = self._starts[frame][0]
        else:
            frame = -1
        first = max(at - 1 - self._base, 0)
        last = end + self.kind.start_bytes - self._base
        found = self.kind.next_head.search(self._data, first, last)
        if found and self._base + found.start() + 1 <= end:
            return self._base + found.start() + 1
        return end if frame >= 0 else None

    def pass_over(self, start: int, end: int, kept: int) -> bool:
        """Decompress up to `end`, keep the last `kept` bytes, and return whether that many exist.

        Returns False also if a frame on the way starts with a record. All bytes from `start` on
        must still be kept at the call.
        """
        if self.known_end is not None and end > self.known_end:
            return False
        if self.frames.is_plain:
            return self._jump(end, kept)
        seen = start
        while not self._starts_record(seen, end):
            seen = max(self.end - PEEK_BYTES, start)
            if self.end >= end or self.is_over:
                return self.end >= end
            self._drop(max(self.end - max(kept, PEEK_BYTES) - self._base, 0))
            self._take()
        return False

    def _jump(self, end: int, kept: int) -> bool:
        if end > self.frames.size:
            return False
        if end > self.end:
            self._open(end - kept, end - kept)
        return True

    def _starts_record(self, behind: int, end: int) -> bool:
        """Return whether a record starts between these positions, among the decompressed bytes."""
        if self._is_wary:
            return self.within(behind + 1, min(end - 1, self.end)) is not None
        later = self._starts[bisect_right(self._starts, (behind, self.frames.size)) :]
        return any(self.kind.starts(self.get(at, at + PEEK_BYTES)) for at, _ in later)

    def go_back(self, to: int, frame: tuple[int, int]) -> bool:
        """Make the bytes from `to` on available again.

        frame: position and offset of the frame before them. Compressed bytes are decompressed a
        second time, which is done once; from then on `pass_over` stops wherever a record seems to
        start.
        """
        if self.frames.is_plain:
            self._open(to, to)
            return True
        if self._is_wary:
            return False
        self._is_wary = True
        self._open(frame[1], frame[0])
        while self.end < to and not self.is_over:
            self._drop(len(self._data))
            self._take()
        return True
