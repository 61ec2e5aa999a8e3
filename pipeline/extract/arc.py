"""An ARC file, the format before WARC, -> its stored HTML pages.

Damage costs what cannot be read, up to the next record that starts like one.
"""

import re
import zlib
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from pipeline.extract.frames import GZIP_MAGIC, finds, inflated, peek
from pipeline.extract.page import HTML_TYPES, Broken, Found, Page, plain_type

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

MOST_BROKEN = 10_000
# Address, IP address, date, type, length; addresses are cut by crawlers far below this.
_START = re.compile(rb"[a-z]{3,8}:\S{1,3000} \S{1,45} \d{14} [^\n]{0,200}? ?\d{1,12}\n")
_START_BYTES = 4096


def arc_pages(file: BinaryIO, max_bytes: int) -> Iterator[Found]:
    """HTML responses with status 200, and every place that is broken."""
    at: int | None = 0
    for _ in range(MOST_BROKEN):
        last, is_told = yield from _until_damage(file, at or 0, max_bytes)
        at = _next(file, last + 1)
        if at is None:
            return
        if not is_told:  # the reader takes what it can't unpack for the end
            yield Broken(None, f"broken record: {at - last} bytes")
    yield Broken(at, f"unreadable file: broken at {MOST_BROKEN} places up to here")


def _until_damage(
    file: BinaryIO, start: int, max_bytes: int
) -> Generator[Found, None, tuple[int, bool]]:
    """What can be read from `start` on, and what broke it; returns the offset of the record that
    was met last, and whether it was told that something is broken.
    """
    from warcio.archiveiterator import ARCIterator
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    file.seek(start)
    records = ARCIterator(file, arc2warc=True)
    held: Found | None = None
    last = start
    try:
        for record in records:
            last = records.offset
            if held:
                yield _measured(held, last)
            held = None  # in case the next line raises
            held = _page(record, last, max_bytes)
        if held:
            yield _measured(held, records.offset)
    # ValueError: a date or a length that is none
    except (ArchiveLoadFailed, StatusAndHeadersParserException, ValueError, zlib.error) as error:
        if held:
            yield held
        yield Broken(None, f"broken record: {' '.join(str(error).split())[:200]}")
        return last, True
    return last, isinstance(held, Broken)


def _measured(found: Found, end: int) -> Found:
    if isinstance(found, Page) and found.offset is not None:
        return found._replace(length=end - found.offset)
    return found


def _next(file: BinaryIO, at: int) -> int | None:
    """The first offset, `at` or later, where a record starts, by the look of it."""
    if peek(file, 0, 3) == GZIP_MAGIC:
        members = finds(file, GZIP_MAGIC, at)
        heads = (
            (found, inflated(peek(file, found, _START_BYTES), _START_BYTES)) for found in members
        )
    else:
        lines = finds(file, b"\nhttp", at)
        heads = ((found + 1, peek(file, found + 1, _START_BYTES)) for found in lines)
    return next((found for found, head in heads if _START.match(head)), None)


def _page(record: "ArcWarcRecord", offset: int, max_bytes: int) -> Found | None:
    """The record as a page, None if it is none that we want."""
    http = record.http_headers
    if http is None or http.get_statuscode() != "200":
        return None
    content_type = http.get_header("Content-Type", "")
    if plain_type(content_type) not in HTML_TYPES:
        return None
    too_large = record.payload_length > max_bytes
    body = b"" if too_large else _read(record)
    if len(body) < record.payload_length and not too_large:
        return Broken(offset, f"truncated record: {len(body)} of {record.payload_length} bytes")
    return Page(
        offset=offset,
        date=_date(record.rec_headers.get_header("WARC-Date")),
        url=record.rec_headers.get_header("WARC-Target-URI") or "",
        content_type=content_type,
        transfer_encoding=http.get_header("Transfer-Encoding", ""),
        content_encoding=http.get_header("Content-Encoding", ""),
        body=body,
        robots_tags=tuple(v for k, v in http.headers if k.lower() == "x-robots-tag"),
        tdm_reservation=http.get_header("TDM-Reservation"),
        problem=f"page too large: {record.payload_length} bytes" if too_large else None,
    )


def _read(record: "ArcWarcRecord") -> bytes:
    return b"".join(iter(record.raw_stream.read, b""))


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
