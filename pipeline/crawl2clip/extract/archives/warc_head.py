"""Parse the head of a WARC record, tolerating what writers get wrong.

Lines may end in LF alone, as in ClueWeb09 (WARC/0.18), and an address may be broken over several
lines.
"""

import re
from typing import NamedTuple

from crawl2clip.extract.archives.record_boundaries import HEADER_END
from crawl2clip.extract.archives.record_headers import LONGEST

# Or where another record starts.
_HEADER_END = re.compile(rb"\r?\n\r?\n|\nW(?=ARC/\d)")
_VERSION = rb"WARC/\d{1,3}\.\d{1,3}[ \t]*+\r?\n"
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*+:([^\r\n]*+)")
_IS_LENGTH = re.compile(rb"\d{1,18}")
_IS_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:|[ \t]")
_WARC_HEADER = re.compile(rb"(?im)^warc-[a-z-]+:")
_LENGTH_LINE = re.compile(rb"(?i)content-length[ \t]*:")
_SHOWN_BYTES = 40
_VERSION_BYTES = 16


class RecordHead(NamedTuple):
    """Holds the number of bytes of the head and of the block behind it."""

    size: int
    length: int


class HeadError(ValueError):
    """Reports bytes that are no record head. may_go_on: whether more bytes might complete one."""

    def __init__(self, reason: str, may_go_on: bool = False) -> None:
        super().__init__(reason)
        self.may_go_on = may_go_on


class WarcHeads:
    """Recognises and parses the heads of WARC records."""

    longest = LONGEST
    start_bytes = 160
    # Two line ends stand behind a block.
    gap = re.compile(rb"\r?\n\r?\n")
    next_head = re.compile(rb"\n(?=" + _VERSION + rb"[!-9;-~]{1,100}+[ \t]*+:)")
    _start = re.compile(_VERSION)

    def starts(self, data: bytes) -> bool:
        return self._start.match(data) is not None

    def head(self, data: bytes) -> RecordHead:
        """Return the record head at the start of `data`. Raises HeadError if there is none."""
        if not self.starts(data):
            is_cut = len(data) < _VERSION_BYTES and b"WARC/".startswith(data[:5])
            raise HeadError("it does not start as one", is_cut)
        end = _HEADER_END.search(data, 0, self.longest)
        if not end or end[0] == b"\nW":
            raise HeadError("its headers don't end", len(data) < self.longest)
        size, found = _with_length(data, end.end())
        if not found:
            raise HeadError("it has no Content-Length")
        return RecordHead(size, length_of(found[1].strip(b" \t"), "Content-Length"))


def length_of(text: bytes, name: str) -> int:
    """Parse a length. Raises HeadError for no number, or one larger than any file."""
    if not _IS_LENGTH.fullmatch(text):
        raise HeadError(f"{name} is {text[:_SHOWN_BYTES].decode('latin-1')!a}")
    return int(text)


def _with_length(data: bytes, end: int) -> tuple[int, re.Match[bytes] | None]:
    """Return where the head ends and its length field, past an empty line inside an address."""
    found = _LENGTH.search(data, 0, end)
    more = None if found else HEADER_END.search(data, end, LONGEST)
    if more and _WARC_HEADER.search(data, end, more.end()):
        return more.end(), _LENGTH.search(data, end, more.end())
    return end, found


def regular(head: bytes, length: int) -> bytes:
    """Rewrite the head as the standard demands, for a block of that length."""
    lines = [b"WARC/1.0"]
    for line in re.split(rb"\r?\n", head)[1:]:
        if _IS_HEADER.match(line):
            lines.append(line)
        elif lines[-1].lower().startswith(b"warc-target-uri"):
            lines[-1] += line.strip()
        elif line:
            lines.append(line)
    kept = [line for line in lines if not _LENGTH_LINE.match(line)]
    return b"\r\n".join([*kept, b"Content-Length: %d" % length, b"", b""])
