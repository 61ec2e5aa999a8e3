"""Parse header lines in the form that nearly all writers use, as fast as possible.

Folded lines, lines that end in LF alone, bytes outside ASCII and repeated fields are irregular
and left to the careful reader.
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
    """Reports an irregular record: it may be sound, but only the careful reader can tell."""


class Head(NamedTuple):
    """Holds the end of a header block, its first line and the fields that matter; '' if missing."""

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
    """Parse the headers at `start`. Raises OddError for any irregularity."""
    head = _headers.head(data, start, LONGEST, Head) if _headers else head_by_python(data, start)
    if head is None:
        raise OddError
    return head


def head_by_python(data: bytes, start: int) -> Head | None:
    """Parse the headers at `start`, or return None for any irregularity.

    This defines the result; `_headers` computes it in C.
    """
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
    """Return the HTTP status code. Raises OddError if the first line holds none."""
    found = _STATUS.match(head.first_line)
    if not found:
        raise OddError
    return found[1]


def date_of(text: str) -> datetime | None:
    """Parse a WARC date; an empty text gives None. Raises OddError for an invalid one."""
    if not text:
        return None
    if not _DATE.fullmatch(text):
        raise OddError
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # the 30th of February
        raise OddError from None
