"""An ARC, the format before WARC, -> its stored HTML pages."""

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from pipeline.extract.page import HTML_TYPES, Broken, Found, Page, plain_type

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord


def arc_pages(file: BinaryIO, max_bytes: int) -> Iterator[Found]:
    """HTML responses with status 200. Damage costs the rest of the file, and is one Broken."""
    from warcio.archiveiterator import ARCIterator
    from warcio.exceptions import ArchiveLoadFailed
    from warcio.statusandheaders import StatusAndHeadersParserException

    file.seek(0)
    records = ARCIterator(file, arc2warc=True)
    try:
        for record in records:
            if found := _page(record, records.offset, max_bytes):
                yield found
    # ValueError: a date or a length that is none
    except (ArchiveLoadFailed, StatusAndHeadersParserException, ValueError, zlib.error) as error:
        yield Broken(None, f"broken record: {' '.join(str(error).split())[:200]}")


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
