"""A WARC's bytes -> its stored HTML pages, in order, past whatever is damaged.

The reader stops at damage, and passes in silence over the end of a file that was cut short. So a
page is held back until the record after it could be read, or until the end of the file has shown
that nothing is missing; and behind damage reading starts again where the next record can be read.
"""

from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from pipeline.extract.damage import at_end, at_stumble, lies_in_the_bytes
from pipeline.extract.frames import Frames
from pipeline.extract.page import HTML_TYPES, WAT_TYPE, Broken, Found, Page, plain_type

if TYPE_CHECKING:
    from fastwarc.warc import HeaderMap, WarcRecord

# A file with more damage than this is noise, and each place costs a fresh start of the reader.
MOST_BROKEN = 10_000


def pages(file: BinaryIO, frames: Frames, max_bytes: int) -> Iterator[Found]:
    """HTML responses with status 200, HTML resources, what a WAT says of pages, and every place
    that is broken.

    A broken record gives no page. Raises OSError if reading fails for a reason that does not lie
    in the bytes.
    """
    start = 0
    for _ in range(MOST_BROKEN):
        resume = yield from _until_damage(file, _Stretch(file, frames, start, max_bytes))
        if resume is None:
            return
        start = resume
    yield Broken(start, f"unreadable file: broken at {MOST_BROKEN} places up to here")


def _until_damage(file: BinaryIO, stretch: "_Stretch") -> Generator[Found, None, int | None]:
    """What the stretch gives, then what broke it; returns where to read on, None at the end."""
    broken: Broken | None
    try:
        yield from stretch.pages()
        broken, resume = at_end(stretch.frames, stretch.last)
    except OSError as error:
        if not lies_in_the_bytes(error):
            raise
        is_read = stretch.count > 0
        broken, resume = at_stumble(file, stretch.frames, stretch.last, is_read, str(error))
    if stretch.held and not (broken and stretch.is_held_by(broken)):
        yield stretch.measured(stretch.frames.end(stretch.last))
    if broken:
        yield broken
    return resume


class _Stretch:
    """Records from `start` to the next damage.

    last: offset of the frame of the record that was read last. held: what that record gave.
    """

    def __init__(self, file: BinaryIO, frames: Frames, start: int, max_bytes: int) -> None:
        self.file, self.frames, self.max_bytes = file, frames, max_bytes
        self.last = start
        self.held: Found | None = None
        self.count = 0
        self.framed = True

    def pages(self) -> Iterator[Found]:
        """All but the one held. Raises OSError where the reader stumbles."""
        from fastwarc.warc import ArchiveIterator

        self.file.seek(self.last)
        for record in ArchiveIterator(self.file, parse_http=False, fsspec_args=False):
            offset = self._offset(record)
            if self.held:
                yield self.measured(offset)
                self.held = None  # in case the next line raises
            self.held = _page(record, offset, self.max_bytes)

    def measured(self, end: int | None) -> Found:
        """What is held, with the length of its record if it ends where the next begins."""
        held = self.held
        assert held is not None
        if isinstance(held, Page) and held.offset is not None and end is not None and self.framed:
            return replace(held, length=end - held.offset)
        return held

    def is_held_by(self, broken: Broken) -> bool:
        """Whether what is held and what is broken are the same record."""
        held = self.held
        return isinstance(held, Broken) or (held is not None and held.offset == broken.offset)

    def _offset(self, record: "WarcRecord") -> int | None:
        """Where its frame starts; None if records share frames, as the reader guesses then."""
        self.count += 1
        if self.count == 2:
            self.framed = self.frames.holds_record(record.stream_pos)
        if self.framed:
            self.last = record.stream_pos
        return self.last if self.framed or self.count == 1 else None


def _page(record: "WarcRecord", offset: int | None, max_bytes: int) -> Found | None:
    """The record as a page, None if it is none that we want."""
    headers = _headers(record)
    if headers is None:
        return None
    expected = record.content_length
    body = b"" if expected > max_bytes else record.reader.read()
    page = Page(
        offset=offset,
        date=record.record_date,
        url=(record.headers.get("WARC-Target-URI") or "").strip("<>"),  # wget puts it in <>
        content_type=headers.get("Content-Type") or "",
        transfer_encoding=headers.get("Transfer-Encoding") or "",
        content_encoding=headers.get("Content-Encoding") or "",
        body=body,
        record_id=record.record_id or None,
        robots_tags=tuple(headers.get_multiple("X-Robots-Tag")),
        tdm_reservation=headers.get("TDM-Reservation"),
        problem=f"page too large: {expected} bytes" if expected > max_bytes else None,
    )
    if len(body) < expected and not page.problem:
        return Broken(offset, f"truncated record: {len(body)} of {expected} bytes")
    return page


def _headers(record: "WarcRecord") -> "HeaderMap | None":
    """The headers that say what the page is; None for a record that is no page."""
    from fastwarc.warc import WarcRecordType

    kind, headers = record.record_type, record.headers
    types: tuple[str, ...] = HTML_TYPES
    if kind == WarcRecordType.metadata:
        types = (WAT_TYPE,)
    elif kind == WarcRecordType.response:
        record.parse_http(quirks_mode=True)  # some servers end lines with LF alone
        headers = record.http_headers
        if headers is None or headers.status_code != 200:
            return None
    elif kind != WarcRecordType.resource:
        return None
    return headers if plain_type(headers.get("Content-Type")) in types else None
