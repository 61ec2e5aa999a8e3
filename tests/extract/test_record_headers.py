"""Regular headers are read as the careful reader reads them; odd ones are left to it."""

import io
from datetime import UTC, datetime

import pytest
from fastwarc.warc import ArchiveIterator
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.extract.archives import record_headers
from crawl2clip.extract.archives.record_headers import (
    LONGEST,
    Head,
    OddError,
    date_of,
    head_at,
    head_by_python,
    status_of,
)

HEAD = (
    b"WARC/1.0\r\nWARC-Type: response\r\nwarc-date:2024-02-29T12:34:56Z  \r\n"
    b"Content-Length: 12\r\nX-Other: a: b\r\nWARC-Target-URI: http://x.example/?a=b:c\r\n"
    b"X-Robots-Tag:\r\n\r\nbody\r\n\r\n"
)
LINES = st.sampled_from(
    [
        *(b"Content-Type: text/html", b"content-TYPE:a ; b", b"TDM-Reservation: 1", b"X: y", b":"),
        *(b"no colon", b"X : y", b" folded", b"Content-Length:", b"X: \xe9", b"X: \t", b"a\nb: c"),
        *(b"", b"X-Robots-Tag: none", b"Content-Encoding: gzip", b"x:\r", b"\x00: a", b"a b: c"),
    ]
)


def by_c(data: bytes, start: int) -> Head | None:
    return record_headers._headers.head(data, start, LONGEST, Head)


needs_headers = pytest.mark.skipif(record_headers._headers is None, reason="no C compiler")
READERS = [head_by_python, pytest.param(by_c, marks=needs_headers)]


@pytest.mark.parametrize("read", READERS)
def test_says_what_matters_and_where_the_headers_end(read: type[Head]) -> None:
    head: Head = read(b"junk" + HEAD, 4)  # type: ignore[arg-type, call-arg]

    assert head == Head(
        end=4 + HEAD.index(b"body"),
        first_line="WARC/1.0",
        content_length="12",
        content_type="",
        warc_type="response",
        warc_date="2024-02-29T12:34:56Z",
        warc_target_uri="http://x.example/?a=b:c",
        warc_record_id="",
        transfer_encoding="",
        content_encoding="",
        x_robots_tag="",
        tdm_reservation="",
    )


@pytest.mark.parametrize(
    "odd",
    [
        *(b"", b"\r\n\r\n", b"WARC/1.0\r\n\r\n", b" WARC/1.0\r\nA: b\r\n\r\n"),
        HEAD.replace(b"\r\n", b"\n"),
        HEAD.replace(b"X-Other", b" X-Other"),
        HEAD.replace(b"X-Other:", b"X-Other"),
        HEAD.replace(b"X-Other:", b"X-Other :"),
        HEAD.replace(b"X-Other", b"X\xc3\xa4"),
        HEAD.replace(b"a: b", b"a\tb"),
        HEAD.replace(b"X-Other", b"content-length"),
        HEAD[: HEAD.index(b"\r\nbody")],
        HEAD.replace(b"a: b", b"a" * LONGEST),
    ],
)
@pytest.mark.parametrize("read", READERS)
def test_oddities_are_not_for_it(read: type[Head], odd: bytes) -> None:
    assert read(odd, 0) is None  # type: ignore[arg-type, call-arg]


def test_an_oddity_is_raised() -> None:
    with pytest.raises(OddError):
        head_at(b"\r\n", 0)


@needs_headers
@given(st.sampled_from([b"HTTP/1.1 200 OK", b"x", b"", b" x"]), st.lists(LINES, max_size=6))
def test_c_and_python_agree(first: bytes, lines: list[bytes]) -> None:
    data = b"\r\n".join([first, *lines, b"", b"rest"])

    assert by_c(data, 0) == head_by_python(data, 0)


@given(st.lists(LINES, max_size=6))
def test_what_is_regular_is_what_the_careful_reader_reads(lines: list[bytes]) -> None:
    payload = b"\r\n".join([b"HTTP/1.1 200 OK", *lines, b"", b"rest"])
    try:
        head = head_at(payload, 0)
    except OddError:
        return
    warc = b"WARC/1.0\r\nWARC-Type: response\r\nContent-Type: application/http\r\n"
    length = b"Content-Length: %d\r\n\r\n" % len(payload)
    record = next(
        ArchiveIterator(io.BytesIO(warc + length + payload + b"\r\n\r\n"), parse_http=False)
    )
    record.parse_http(quirks_mode=True)

    told = {name.lower(): value for name, value in record.http_headers.astuples()}
    names = [name.replace("_", "-") for name in Head._fields[2:]]
    assert list(head[2:]) == [told.get(name, "") for name in names]
    assert payload[head.end :] == record.reader.read()
    assert status_of(head) == str(record.http_headers.status_code)


@pytest.mark.parametrize(
    ("line", "status"),
    [("HTTP/1.1 200 OK", "200"), ("HTTP/2 404 ", "404"), ("HTTP/1.0 301 Moved", "301")],
)
def test_the_status_stands_in_the_first_line(line: str, status: str) -> None:
    assert status_of(Head(0, line, *[""] * 10)) == status


@pytest.mark.parametrize("line", ["HTTP/1.1 200", "HTTP/1.1  200 OK", "ICY 200 OK", "200 OK"])
def test_an_odd_status_is_not_for_it(line: str) -> None:
    with pytest.raises(OddError):
        status_of(Head(0, line, *[""] * 10))


def test_dates_are_in_utc_and_whole_seconds() -> None:
    assert date_of("2024-02-29T12:34:56Z") == datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)
    assert date_of("") is None
    for odd in ("2024-02-30T12:34:56Z", "2024-02-29T12:34:56.7Z", "2024-02-29", "x"):
        with pytest.raises(OddError):
            date_of(odd)
