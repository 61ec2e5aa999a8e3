"""Read the records of ARC files, the format that preceded WARC.

http://archive.org/web/researcher/ArcFileFormat.php
"""

import logging
import re
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from crawl2clip.extract.archives.body import looks_like_html
from crawl2clip.extract.archives.page import HTML_TYPES, ArchiveItem, Page, Unreadable, plain_type
from crawl2clip.extract.archives.record_boundaries import HEADER_END
from crawl2clip.extract.archives.record_headers import LONGEST
from crawl2clip.extract.archives.record_page import Record, without_oddities
from crawl2clip.extract.archives.warc_head import HeadError, RecordHead, length_of

if TYPE_CHECKING:
    from warcio.recordloader import ArcWarcRecord

# Its warnings quote odd addresses verbatim: secrets and terminal escapes, too.
logging.getLogger("warcio.recordloader").setLevel(logging.ERROR)

# Address, IP address, date, type, in the second version some more, length; addresses are cut by
# crawlers far below this.
_START = rb"[a-z]{3,8}:\S{1,3000}+ \S{1,45}+ \d{14}(?: [^ \r\n]{0,200}+){0,9} -?\d{1,5000}+\r?\n"
_LINE = re.compile(rb"[A-Za-z][A-Za-z0-9+.-]*+:[^\r\n]* ([^ \r\n]+)\r?\n")


class ArcKind:
    """Reads the records of an ARC file."""

    longest = start_bytes = 4096
    gap = re.compile(rb"\r?\n")
    next_head = re.compile(rb"\n(?=" + _START + rb")")
    _start = re.compile(_START)

    def starts(self, data: bytes) -> bool:
        return self._start.match(data) is not None

    def head(self, data: bytes) -> RecordHead:
        """Return the record head at the start of `data`. Raises HeadError if there is none."""
        line = data[: data.find(b"\n", 0, self.longest) + 1]
        if not line:
            raise HeadError("its first line doesn't end", len(data) < self.longest)
        found = _LINE.fullmatch(line)
        if not found:
            raise HeadError("it does not start as one")
        return RecordHead(len(line), length_of(found[1], "the length"))

    def page(self, record: Record, max_bytes: int) -> ArchiveItem | None:
        """Return the page in the record, or None if it holds none of the wanted types."""
        from warcio.exceptions import ArchiveLoadFailed
        from warcio.statusandheaders import StatusAndHeadersParserException

        if not record.head.lower().startswith((b"http:", b"https:")) or not record.size:
            return None
        try:
            return _page(record, max_bytes)
        # ValueError: a date that is none
        except (ArchiveLoadFailed, StatusAndHeadersParserException, ValueError, EOFError) as error:
            reason = " ".join(str(error).split())[:200]
            return Unreadable(record.offset, f"broken record: {reason}")


ARC = ArcKind()


def _page(record: Record, max_bytes: int) -> ArchiveItem | None:
    is_answer, block = without_oddities(record.block)
    if not is_answer and not looks_like_html(block):
        return Unreadable(record.offset, "broken record: a response without an HTTP head")
    head = block[: _head_bytes(block)] if is_answer else b"HTTP/1.1 200 -\r\n\r\n"
    body = block[len(head) :] if is_answer else block
    read = _read(record.head, head)
    http = read.http_headers
    if http is None or http.get_statuscode() != "200":  # none: warcio knows no `Http://`
        return None
    content_type = http.get_header("Content-Type", "")
    if plain_type(content_type) not in HTML_TYPES:
        return None
    size = record.size - len(record.block) + len(body)
    return Page(
        offset=record.offset,
        date=_date(read.rec_headers.get_header("WARC-Date")),
        url=read.rec_headers.get_header("WARC-Target-URI") or "",
        content_type=content_type,
        transfer_encoding=http.get_header("Transfer-Encoding", ""),
        content_encoding=http.get_header("Content-Encoding", ""),
        body=b"" if size > max_bytes else body,
        length=record.length,
        robots_tags=tuple(v for k, v in http.headers if k.lower() == "x-robots-tag"),
        tdm_reservation=http.get_header("TDM-Reservation"),
        problem=f"page too large: {size} bytes" if size > max_bytes else None,
    )


def _head_bytes(block: bytes) -> int:
    """Return the length of the HTTP head in bytes. Raises ValueError if it does not end in time."""
    end = HEADER_END.search(block, 0, LONGEST)
    if not end and len(block) > LONGEST:
        raise ValueError("Maximum header length exceeded.")
    return end.end() if end else len(block)


def _read(line: bytes, head: bytes) -> "ArcWarcRecord":
    """Parse the record with warcio, which gets the heads alone: it reads lines of any length."""
    from warcio.recordloader import ArcWarcRecordLoader

    fields, _, _ = line.strip().rpartition(b" ")
    stream = BytesIO(b"%s %d\n%s" % (fields, len(head), head))
    return ArcWarcRecordLoader(arc2warc=True).parse_record_stream(stream, known_format="arc")


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
