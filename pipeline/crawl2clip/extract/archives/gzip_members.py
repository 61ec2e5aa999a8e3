"""Read WARC files with one record in each gzip member, at little more than the cost of inflating.

Crawlers write such files. Where a member is damaged or holds anything else, this reader stops
and reports the offset; `recovering_reader`, which reads every layout, resumes there.
"""

import zlib
from collections.abc import Callable, Generator
from typing import Any, BinaryIO, NamedTuple

from crawl2clip.extract.archives.page import HTML_TYPES, WAT_TYPE, ArchiveItem, Page, plain_type
from crawl2clip.extract.archives.record_headers import (
    LONGEST,
    Head,
    OddError,
    date_of,
    head_at,
    status_of,
)
from crawl2clip.extract.archives.record_page import Record, page_of_record
from crawl2clip.extract.archives.warc_head import HeadError, WarcHeads

inflater: Callable[[int], Any] = zlib.decompressobj
broken: Any = zlib.error
try:
    from isal import isal_zlib
except ImportError:  # there is no wheel for some machines
    pass
else:  # twice as fast
    inflater, broken = isal_zlib.decompressobj, isal_zlib.error

_READ_BYTES = 1 << 16
_PORTION_BYTES = 1 << 20
# More than those of a record and of the answer in it.
_HEADER_BYTES = 4 * LONGEST
GAP = b"\r\n\r\n"
_VERSIONS = frozenset(("WARC/1.0", "WARC/1.1"))
_MOST_DIGITS = 18
_TYPES = {"metadata": (WAT_TYPE,), "resource": HTML_TYPES}
_OTHER_KINDS = frozenset(("request", "warcinfo", "revisit", "conversion", "continuation"))


class Member(NamedTuple):
    """Holds the first bytes of a gzip member, mostly all of them, and its inflated size.

    start, end: its offsets in the file.
    """

    start: int
    end: int
    data: bytes
    size: int


class Stop(NamedTuple):
    """Reports the offset at which reading stopped, None at the end of the file.

    is_cut: whether the file ends inside a member.
    """

    at: int | None
    is_cut: bool = False


def starts_with_record(head: bytes) -> bool:
    """Return whether the head of a file is a gzip member that starts with a WARC record."""
    try:
        start = zlib.decompressobj(31).decompress(head, 64)
    except zlib.error:
        return False
    return start.lstrip(b"\r\n ").startswith(b"WARC/")


def pages(file: BinaryIO, at: int, max_bytes: int) -> Generator[ArchiveItem, None, Stop]:
    """Yield pages from the member at `at` on, and return where reading stopped."""
    members = Members(file, at, max_bytes + _HEADER_BYTES)
    while (member := members.next()) is not None:
        if member.size:  # some writers end a file with an empty one
            try:
                page = _page(member, max_bytes)
            except OddError:
                return Stop(member.start)
            if page:
                yield page
    is_end = members.at == members.fed
    return Stop(None if is_end else members.at, members.is_cut)


class Members:
    """Iterates over the gzip members from `at` on, each inflated up to `most` bytes."""

    def __init__(self, file: BinaryIO, at: int, most: int) -> None:
        self.file, self.at, self.most = file, at, most
        self.fed = at  # all before this is read
        self.left = b""
        self.is_cut = False
        file.seek(at)

    def next(self) -> Member | None:
        """Return the next member, or None if there is no other that is whole and sound."""
        start, inflate = self.at, inflater(31)
        try:
            parts = [self._some(inflate, self.most)]
            size = len(parts[0])
            while not inflate.eof:
                # Bytes beyond `most` are inflated in portions: a member may be a bomb.
                part = self._some(inflate, max(self.most - size, 0) or _PORTION_BYTES)
                if size < self.most:
                    parts.append(part)
                size += len(part)
        except EOFError:
            self.is_cut = self.fed > start
            return None
        except broken:
            return None
        self.left = inflate.unused_data
        self.at = self.fed - len(self.left)
        return Member(start, self.at, b"".join(parts), size)

    def _some(self, inflate: Any, most: int) -> bytes:
        """Inflate some more of the member. Raises EOFError if the file ends."""
        if not self.left:
            self.left = self.file.read(_READ_BYTES)
            self.fed += len(self.left)
            if not self.left:
                raise EOFError
        part: bytes = inflate.decompress(self.left, most)
        self.left = inflate.unconsumed_tail
        return part


def _page(member: Member, max_bytes: int) -> ArchiveItem | None:
    """Return the member's page, if wanted. Raises OddError unless it holds one record alone."""
    try:
        return regular_page(member, max_bytes)
    except OddError:
        return _odd_page(member, max_bytes)


def regular_page(member: Member, max_bytes: int) -> Page | None:
    """Return the page of a member with regular headers. Raises OddError for any irregularity."""
    warc = head_at(member.data, 0)
    length = warc.content_length
    if warc.first_line not in _VERSIONS or not 0 < len(length) <= _MOST_DIGITS:
        raise OddError
    if not length.isdigit() or not _fills(member, warc.end, int(length)):
        raise OddError
    if warc.warc_type == "response":
        return _answer(member, warc, max_bytes)
    if warc.warc_type in _TYPES:
        return _typed(member, warc, warc, _TYPES[warc.warc_type], max_bytes)
    if warc.warc_type not in _OTHER_KINDS:
        raise OddError
    return None


def _answer(member: Member, warc: Head, max_bytes: int) -> Page | None:
    if not warc.content_type.startswith("application/http"):
        raise OddError
    http = head_at(member.data, warc.end)
    return _typed(member, warc, http, HTML_TYPES, max_bytes) if status_of(http) == "200" else None


def _typed(
    member: Member, warc: Head, of_page: Head, types: tuple[str, ...], max_bytes: int
) -> Page | None:
    """Return the page if its content type is one of `types`."""
    if plain_type(of_page.content_type) not in types:
        return None
    start, end = of_page.end, member.size - len(GAP)
    if start > end or of_page.x_robots_tag:  # there may be several, each with its own meaning
        raise OddError
    is_too_large = end - start > max_bytes
    return Page(
        offset=member.start,
        date=date_of(warc.warc_date),
        url=warc.warc_target_uri.strip("<>"),  # wget puts it in <>
        content_type=of_page.content_type,
        transfer_encoding=of_page.transfer_encoding,
        content_encoding=of_page.content_encoding,
        body=b"" if is_too_large else member.data[start:end],
        length=member.end - member.start,
        record_id=warc.warc_record_id or None,
        tdm_reservation=of_page.tdm_reservation or None,
        problem=f"page too large: {end - start} bytes" if is_too_large else None,
    )


def _odd_page(member: Member, max_bytes: int) -> ArchiveItem | None:
    """Read an irregular member carefully. Raises OddError if it is malformed or holds more."""
    try:
        head = WarcHeads().head(member.data)
    except HeadError as error:
        raise OddError from error
    end = head.size + head.length
    behind = member.data[end:]
    if not 0 <= member.size - end <= len(GAP) or behind.strip(GAP):
        raise OddError
    length = member.end - member.start
    block = member.data[head.size : end]
    record = Record(member.start, length, member.data[: head.size], block, head.length)
    return page_of_record(record, max_bytes)


def _fills(member: Member, start: int, length: int) -> bool:
    """Return whether a record whose content starts at `start` fills the member exactly."""
    is_cut = len(member.data) < member.size
    return start + length + len(GAP) == member.size and (is_cut or member.data.endswith(GAP))
