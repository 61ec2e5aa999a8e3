"""A WARC's bytes -> its stored HTML pages, in order, past whatever is damaged.

The reader stops at damage, and passes in silence over the end of a file that was cut short. So a
page is held back until the record after it could be read, or until the end of the file has shown
that nothing is missing; and behind damage reading starts again where the next record can be read.
"""

from collections.abc import Generator, Iterator

from fastwarc.warc import ArchiveIterator

from pipeline.extract import members
from pipeline.extract.damage import at_end, at_stumble, lies_in_the_bytes
from pipeline.extract.frames import Frames, GzipFrames
from pipeline.extract.page import Broken, Found, Page
from pipeline.extract.record_page import page_of_record

# A file with more damage than this is noise, and each place costs a fresh start of the reader.
MOST_BROKEN = 10_000


def pages(frames: Frames, max_bytes: int) -> Iterator[Found]:
    """HTML responses with status 200, HTML resources, what a WAT says of pages, and every place
    that is broken.

    A broken record gives no page. Raises OSError if reading fails for a reason that does not lie
    in the bytes.
    """
    at = frames.start
    for _ in range(MOST_BROKEN):
        resume = yield from _stretches(frames, at, max_bytes)
        if resume is None:
            return
        at = resume
    yield Broken(at, f"unreadable file: broken at {MOST_BROKEN} places up to here")


def _stretches(frames: Frames, at: int, max_bytes: int) -> Generator[Found, None, int | None]:
    """What is found from `at` to the next damage; returns where to read on, None at the end."""
    if not isinstance(frames, GzipFrames):
        return (yield from _until_damage(_Stretch(frames, at, max_bytes)))
    stop, is_cut = yield from members.pages(frames.file, at, max_bytes)
    if stop is None:
        return None
    return (yield from _until_damage(_Stretch(frames, stop, max_bytes), is_cut))


def _until_damage(stretch: "_Stretch", is_cut: bool = False) -> Generator[Found, None, int | None]:
    """What the stretch gives, then what broke it; returns where to read on, None at the end.

    is_cut: whether the file is known to end within the frame where the stretch starts.
    """
    broken: Broken | None
    try:
        yield from stretch.pages()
        broken, resume = at_end(stretch.frames, stretch.last)
    except OSError as error:
        if not lies_in_the_bytes(error):
            raise
        is_read = stretch.count > 0
        if is_cut and not is_read:
            broken, resume = at_end(stretch.frames, stretch.last)
        else:
            broken, resume = at_stumble(stretch.frames, stretch.last, is_read, str(error))
    if stretch.held and not (broken and stretch.is_held_by(broken)):
        yield stretch.measured(stretch.frames.end(stretch.last))
    if broken:
        yield broken
    return resume


class _Stretch:
    """Records from `start` to the next damage.

    last: offset of the frame of the record that was read last. held: what that record gave.
    """

    def __init__(self, frames: Frames, start: int, max_bytes: int) -> None:
        self.frames, self.max_bytes = frames, max_bytes
        self.last = start
        self.held: Found | None = None
        self.count = 0
        self.framed = True

    def pages(self) -> Iterator[Found]:
        """All but the one held. Raises OSError where the reader stumbles."""
        file, zero = self.frames.opened(self.last)
        for record in ArchiveIterator(file, parse_http=False, fsspec_args=False):
            offset = self._offset(zero + record.stream_pos)
            if self.held:
                yield self.measured(offset)
                self.held = None  # in case the next line raises
            self.held = page_of_record(record, offset, self.max_bytes)

    def measured(self, end: int | None) -> Found:
        """What is held, with the length of its record if it ends where the next begins."""
        held = self.held
        assert held is not None
        if isinstance(held, Page) and held.offset is not None and end is not None and self.framed:
            return held._replace(length=end - held.offset)
        return held

    def is_held_by(self, broken: Broken) -> bool:
        """Whether what is held and what is broken are the same record."""
        held = self.held
        return isinstance(held, Broken) or (held is not None and held.offset == broken.offset)

    def _offset(self, at: int) -> int | None:
        """Where its frame starts; None if records share frames, as the reader guesses then."""
        self.count += 1
        if self.count == 2:
            self.framed = self.frames.holds_record(at)
        if self.framed:
            self.last = at
        return self.last if self.framed or self.count == 1 else None
