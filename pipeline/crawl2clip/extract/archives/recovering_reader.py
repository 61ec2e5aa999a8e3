"""The records of an archive, in order, past whatever is damaged.

A record counts as whole where the next one starts behind it, or a frame, or the file ends: damage
shows there, and so does a length that lies. Then reading goes on where the next record starts.
"""

import re
from collections.abc import Generator, Iterator
from typing import Protocol

from crawl2clip.extract.archives import gzip_members
from crawl2clip.extract.archives.formats import frames_at
from crawl2clip.extract.archives.page import Broken, Found
from crawl2clip.extract.archives.record_boundaries import PEEK_BYTES, Frames, GzipFrames, RecordKind
from crawl2clip.extract.archives.record_headers import LONGEST
from crawl2clip.extract.archives.record_page import Record
from crawl2clip.extract.archives.warc_head import HeadError, RecordHead
from crawl2clip.extract.archives.warc_kind import WARC
from crawl2clip.extract.archives.window import Window

# By how much a length may be wrong, as it is in ClueWeb09.
NEAR_BYTES = 64
_KEPT_BYTES = 2 * NEAR_BYTES
_USUAL_HEAD_BYTES = 2048
_FEW = 64
# Frames may be made to overlap without end: so often all may be read again, and so much besides.
_MOST_AGAIN, _FREE_BYTES = 4, 256 << 20
_BLANK = b"\r\n "
_GAP_END = re.compile(rb"(?:\r?\n){1,2}\Z")
# Of headers, besides the page: those of the record, and of the answer in it.
_HEADER_BYTES = 4 * LONGEST


class Kind(RecordKind, Protocol):
    """What records there are. longest: bytes of a head. gap: what stands between two at least."""

    @property
    def longest(self) -> int: ...

    @property
    def gap(self) -> re.Pattern[bytes]: ...

    def head(self, data: bytes) -> RecordHead:
        """The head that `data` starts with. Raises HeadError if it is none."""

    def page(self, record: Record, max_bytes: int) -> Found | None:
        """The page in the record; None if there is none that we want."""


class Stretch:
    """The records from the frame at `start` on, up to where it can't be unpacked any further.

    resume: the offset where reading goes on, and the frames there: known once this ends, None at
    the end of the file. may_stop: whether to end, too, behind a frame that holds a single record.
    read_again: how many bytes behind there have been read already.
    """

    def __init__(
        self, frames: Frames, start: int, kind: Kind, max_bytes: int, may_stop: bool = False
    ) -> None:
        self.frames, self.kind, self.max_bytes = frames, kind, max_bytes
        self.most = max_bytes + _HEADER_BYTES
        self.window = Window(frames, start, kind)
        self.may_stop = may_stop
        self.resume: tuple[Frames, int] | None = None
        self.read_again = 0
        self._alone_up_to: int | None = None  # the end of a record that its frame starts with

    def found(self) -> Iterator[Found]:
        """Pages, and what is broken."""
        window = self.window
        first = end = window.start
        while (start := window.after_blank(end)) is not None:
            offset = window.offset(end, start)
            window.forget(start)
            self.resume = self._way_out(first, end, start, offset)
            if self.resume:
                return
            end = yield from self._record(start, offset)
        yield from self._damage()

    def _way_out(
        self, first: int, end: int, start: int, offset: int | None
    ) -> tuple[Frames, int] | None:
        """Whether another reader goes on at `start`, behind a record that ends at `end`."""
        if offset is None:
            return None
        if self.frames.is_plain and not self.kind.starts(self.window.get(start, start + _FEW)):
            return self._other_frames(offset)
        # What is unpacked ahead is unpacked once more, so it must be less than what was read.
        is_alone = self.may_stop and self._alone_up_to == end
        is_cheap = self.window.end - start <= start - first
        return (self.frames, offset) if is_alone and is_cheap else None

    def _other_frames(self, at: int) -> tuple[Frames, int] | None:
        """What starts there, as gzip members may behind records that are not compressed."""
        other = frames_at(self.frames.file, self.frames.size, self.kind, at)
        return (other, at) if other and type(other) is not type(self.frames) else None

    def _record(self, start: int, offset: int | None) -> Generator[Found, None, int]:
        """What the record at `start` gives; returns where it ends."""
        window = self.window
        frame = window.frame(start)
        try:
            head, head_bytes = self._head(start)
        except HeadError as error:
            return (yield from self._broken(start, start + 1, frame, error))
        block = start + head.size
        end = block + head.length
        is_large = head.length > self.most
        data = window.get(block, block + _HEADER_BYTES) if is_large else b""
        true_end = self._true_end(block, end, is_large)
        if true_end is None:
            what = f"no other behind its {head.length} bytes"
            return (yield from self._broken(start, block, frame, HeadError(what, may_go_on=True)))
        size = head.length
        if not is_large:
            data = window.get(block, true_end)
            data = data if true_end == end else _GAP_END.sub(b"", data, count=1)
            size = len(data)
        length = self._length(offset, true_end)
        page = self.kind.page(Record(offset, length, head_bytes, data, size), self.max_bytes)
        if page:
            yield page
        self._alone_up_to = None if offset is None else true_end
        return true_end

    def _head(self, start: int) -> tuple[RecordHead, bytes]:
        """The head at `start`, and its bytes. Raises HeadError if there is none."""
        for most in (_USUAL_HEAD_BYTES, self.kind.longest):
            data = self.window.get(start, start + most)
            try:
                head = self.kind.head(data)
                return head, data[: head.size]
            except HeadError as error:
                if most == self.kind.longest or len(data) < most or not error.may_go_on:
                    raise
        raise AssertionError

    def _true_end(self, block: int, end: int, is_large: bool) -> int | None:
        """Where the record ends: mostly where its head says; None if nowhere near."""
        window = self.window
        if is_large and not window.pass_over(block, end, _KEPT_BYTES):
            return None
        if self._ends(end):
            return end
        first = max(block, end - NEAR_BYTES, window.start + 1)
        window.fill(end + NEAR_BYTES + PEEK_BYTES)
        near = window.within(first, min(end + NEAR_BYTES, window.end))
        is_at_end = not self.frames.is_plain and window.is_sound(window.end)
        is_long = window.is_over and not window.error and window.end > end
        if near is None and (is_at_end or is_long) and abs(window.end - end) <= NEAR_BYTES:
            return window.end
        return near

    def _ends(self, end: int) -> bool:
        """Whether a record may end there, by what follows."""
        window = self.window
        if not window.fill(end):
            return False
        tail = window.get(end, end + _FEW)
        if not self.kind.starts(tail.lstrip(_BLANK)):
            tail = window.get(end, end + PEEK_BYTES)
        rest = tail.lstrip(_BLANK)
        if not rest:
            return len(tail) == PEEK_BYTES or window.is_sound(end)
        start = end + len(tail) - len(rest)
        starts_frame = not self.frames.is_plain and window.offset(end, start) is not None
        return starts_frame or self.kind.starts(rest) or self.kind.gap.match(tail) is not None

    def _length(self, offset: int | None, end: int) -> int | None:
        """How long the record is in the file: up to where the next starts."""
        if offset is None:
            return None
        window = self.window
        start = window.after_blank(end)
        behind = window.next_place(end, window.end if start is None else start)
        if behind is None and start is None:
            behind = window.error.at if window.error else self.frames.size
        return None if behind is None else behind - offset

    def _broken(
        self, start: int, first: int, frame: tuple[int, int], error: HeadError
    ) -> Generator[Found, None, int]:
        """The row of a record that can't be read; returns where the next one may start."""
        window = self.window
        if first < window.start and not window.go_back(first, frame):
            first = window.start
        behind = window.next(first)
        trouble = window.error
        if behind is None and trouble and trouble.at == frame[1] and not self.frames.is_plain:
            return window.end  # which is told as damage of the frame
        is_cut = behind is None and error.may_go_on
        if is_cut and self.frames.is_plain:
            yield Broken(start, f"truncated record: only {window.end - start} bytes of it")
        else:
            kind = "truncated" if is_cut else "broken"
            yield Broken(frame[1], f"{kind} record: {error}")
        return window.end if behind is None else behind

    def _damage(self) -> Iterator[Found]:
        """What could not be unpacked; tells where to go on."""
        trouble = self.window.error
        if trouble is None:
            return
        self.resume = self._other_frames(trouble.at)
        if self.resume:
            return
        at = self.frames.next(trouble.at + 1)
        self.read_again = max(trouble.read - (at or trouble.read), 0)
        if at is not None:
            self.resume = self.frames, at
        if trouble.is_cut and at is None:
            left = self.frames.size - trouble.at
            yield Broken(trouble.at, f"truncated record: only {left} bytes of it")
        else:
            yield Broken(trouble.at, f"broken record: {trouble}")


def pages(frames: Frames, kind: Kind, max_bytes: int) -> Iterator[Found]:
    """HTML responses with status 200, HTML resources, what a WAT says of pages, and every place
    that is broken.

    A broken record gives no page. Raises OSError if reading fails for a reason that does not lie
    in the bytes.
    """
    goes_on: tuple[Frames, int] | None = frames, frames.start
    left = _MOST_AGAIN * frames.size + _FREE_BYTES
    while goes_on and left > 0:
        at: int | None
        frames, at = goes_on
        is_fast = kind is WARC and isinstance(frames, GzipFrames)
        if is_fast:
            at = (yield from gzip_members.pages(frames.file, at, max_bytes)).at
            if at is None:
                return
        stretch = Stretch(frames, at, kind, max_bytes, may_stop=is_fast)
        yield from stretch.found()
        goes_on, left = stretch.resume, left - stretch.read_again
    if goes_on:
        yield Broken(goes_on[1], "unreadable file: frames within frames from here on")
