"""Read the records of an archive in order, and skip whatever is damaged.

A record counts as whole if another record or frame starts behind it, or the file ends there.
Damage fails that test, and so does a wrong length. Reading then resumes at the next record.
"""

import re
from collections.abc import Callable, Generator, Iterator
from typing import BinaryIO, Protocol

from crawl2clip.extract.archives import gzip_members, lz4, zstd
from crawl2clip.extract.archives.gzip_members import GAP, Member, regular_page
from crawl2clip.extract.archives.page import ArchiveItem, Unreadable
from crawl2clip.extract.archives.record_boundaries import (
    GZIP_MAGIC,
    PEEK_BYTES,
    Frames,
    GzipFrames,
    PlainFrames,
    RecordKind,
    peek,
)
from crawl2clip.extract.archives.record_headers import LONGEST, OddError
from crawl2clip.extract.archives.record_page import Record, page_of_record
from crawl2clip.extract.archives.warc_head import HeadError, RecordHead, WarcHeads
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
    """Describes a record format. longest: bytes of a head. gap: what separates two records."""

    @property
    def longest(self) -> int: ...

    @property
    def gap(self) -> re.Pattern[bytes]: ...

    def head(self, data: bytes) -> RecordHead:
        """Return the record head at the start of `data`. Raises HeadError if there is none."""

    def page(self, record: Record, max_bytes: int) -> ArchiveItem | None:
        """Return the page in the record, or None if it holds none of the wanted types."""


class WarcKind(WarcHeads):
    """Reads the records of a WARC file, however they are framed."""

    def page(self, record: Record, max_bytes: int) -> ArchiveItem | None:
        """Return the page in the record, or None if it holds none of the wanted types."""
        size = len(record.head) + record.size + len(GAP)
        member = Member(0, 0, b"".join((record.head, record.block, GAP)), size)
        try:
            page = regular_page(member, max_bytes)
        except OddError:
            return page_of_record(record, max_bytes)
        return page and page._replace(offset=record.offset, length=record.length)


WARC = WarcKind()

_FRAMES_BY_MAGIC: dict[bytes, Callable[[BinaryIO, int, RecordKind], Frames]] = {
    GZIP_MAGIC: GzipFrames,
    zstd.MAGIC: zstd.ZstdFrames,
    lz4.MAGIC: lz4.Lz4Frames,
}


def frames_at(file: BinaryIO, size: int, kind: RecordKind, at: int) -> Frames | None:
    """Return the frames that start at `at` with a record, or None if no record starts there."""
    head = peek(file, at, 4)
    by_magic = (make for magic, make in _FRAMES_BY_MAGIC.items() if head.startswith(magic))
    frames = next(by_magic, PlainFrames)(file, size, kind)
    return frames if frames.holds_record(at) else None


class Stretch:
    """Reads the records from the frame at `start` up to where decompression fails.

    resume: the offset where reading resumes, and the frames there; set once this ends, None at the
    end of the file. may_stop: whether to end also behind a frame that holds a single record.
    read_again: how many bytes behind that offset have been read already.
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

    def items(self) -> Iterator[ArchiveItem]:
        """Yield pages and unreadable places."""
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
        """Return where another reader can take over at `start`, behind a record ending at `end`."""
        if offset is None:
            return None
        if self.frames.is_plain and not self.kind.starts(self.window.get(start, start + _FEW)):
            return self._other_frames(offset)
        # What is unpacked ahead is unpacked once more, so it must be less than what was read.
        is_alone = self.may_stop and self._alone_up_to == end
        is_cheap = self.window.end - start <= start - first
        return (self.frames, offset) if is_alone and is_cheap else None

    def _other_frames(self, at: int) -> tuple[Frames, int] | None:
        """Return frames of another kind that start there, such as gzip behind plain records."""
        other = frames_at(self.frames.file, self.frames.size, self.kind, at)
        return (other, at) if other and type(other) is not type(self.frames) else None

    def _record(self, start: int, offset: int | None) -> Generator[ArchiveItem, None, int]:
        """Yield what the record at `start` gives, and return where it ends."""
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
        """Return the head at `start` and its bytes. Raises HeadError if there is none."""
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
        """Return where the record ends, mostly where its head says; None if nowhere near."""
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
        """Return whether what follows shows that a record may end there."""
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
        """Return the record's length in the file, up to the start of the next."""
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
    ) -> Generator[ArchiveItem, None, int]:
        """Yield the row of an unreadable record, and return where the next one may start."""
        window = self.window
        if first < window.start and not window.go_back(first, frame):
            first = window.start
        behind = window.next(first)
        trouble = window.error
        if behind is None and trouble and trouble.at == frame[1] and not self.frames.is_plain:
            return window.end  # which is reported as damage of the frame
        is_cut = behind is None and error.may_go_on
        if is_cut and self.frames.is_plain:
            yield Unreadable(start, f"truncated record: only {window.end - start} bytes of it")
        else:
            kind = "truncated" if is_cut else "broken"
            yield Unreadable(frame[1], f"{kind} record: {error}")
        return window.end if behind is None else behind

    def _damage(self) -> Iterator[ArchiveItem]:
        """Yield what could not be decompressed, and set where to resume."""
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
            yield Unreadable(trouble.at, f"truncated record: only {left} bytes of it")
        else:
            yield Unreadable(trouble.at, f"broken record: {trouble}")


def pages(
    frames: Frames, kind: Kind, max_bytes: int, stopped: int | None = None
) -> Iterator[ArchiveItem]:
    """Yield the wanted pages and every unreadable place.

    Pages are HTML responses with status 200, HTML resources, and WAT records. A damaged record
    gives no page. stopped: where `gzip_members` has stopped already, to resume there. Raises
    OSError if reading fails for a reason other than the bytes themselves.
    """
    goes_on: tuple[Frames, int] | None = frames, frames.start if stopped is None else stopped
    left = _MOST_AGAIN * frames.size + _FREE_BYTES
    while goes_on and left > 0:
        at: int | None
        frames, at = goes_on
        is_fast = kind is WARC and isinstance(frames, GzipFrames)
        if is_fast and at != stopped:
            at = (yield from gzip_members.pages(frames.file, at, max_bytes)).at
            if at is None:
                return
        stretch = Stretch(frames, at, kind, max_bytes, may_stop=is_fast)
        yield from stretch.items()
        goes_on, left = stretch.resume, left - stretch.read_again
    if goes_on:
        yield Unreadable(goes_on[1], "unreadable file: frames within frames from here on")
