"""Header lines as nearly all programs write them, read with hardly any work.

Lines may be folded, end in LF alone, hold bytes that are no ASCII, say a thing twice: such are odd,
and left to a reader that knows what to make of them.
"""

import re
from datetime import datetime
from typing import NamedTuple

try:
    from crawl2clip.extract.native import _headers
except ImportError:  # a machine without a C compiler
    _headers = None  # type: ignore[assignment]

# Of bytes; the careful reader allows no more either.
LONGEST = 32 << 10
_END = b"\r\n\r\n"
_REGULAR = re.compile(rb"[!-~][ -~]*+\r\n(?:[!-9;-~]++:[ -~]*+\r\n)++\r\n")
_STATUS = re.compile(r"HTTP/\d(?:\.\d)? (\d{3}) ", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class OddError(ValueError):
    """It may be sound, but is not for us to read."""


class Head(NamedTuple):
    """Where headers end, the line before them, and those that matter; '' for what is not there."""

    end: int
    first_line: str
    content_length: str
    content_type: str
    warc_type: str
    warc_date: str
    warc_target_uri: str
    warc_record_id: str
    transfer_encoding: str
    content_encoding: str
    x_robots_tag: str
    tdm_reservation: str


_KEYS = [b"\r\n" + name.replace("_", "-").encode() + b":" for name in Head._fields[2:]]


def head_at(data: bytes, start: int) -> Head:
    """The headers that stand at `start`. Raises OddError for any oddity."""
    head = _headers.head(data, start, LONGEST, Head) if _headers else head_by_python(data, start)
    if head is None:
        raise OddError
    return head


def head_by_python(data: bytes, start: int) -> Head | None:
    """The same, or None. This says what holds; `_headers` does the same in C."""
    end = data.find(_END, start, start + LONGEST) + len(_END)
    lines = data[start:end]
    if not _REGULAR.fullmatch(lines):
        return None
    lower = lines.lower()
    if any(lower.count(key) > 1 for key in _KEYS):
        return None
    first = lines[: lines.find(b"\r")].rstrip(b" ").decode("ascii")
    return Head(end, first, *(_value(lines, lower, key) for key in _KEYS))


def _value(lines: bytes, lower: bytes, key: bytes) -> str:
    at = lower.find(key)
    if at < 0:
        return ""
    at += len(key)
    return lines[at : lines.find(b"\r", at)].strip(b" ").decode("ascii")


def status_of(head: Head) -> str:
    """The status of an answer. Raises OddError if the first line tells none."""
    found = _STATUS.match(head.first_line)
    if not found:
        raise OddError
    return found[1]


def date_of(text: str) -> datetime | None:
    """The point in time; None for an empty text. Raises OddError for what is none."""
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise OddError
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        raise OddError from None
