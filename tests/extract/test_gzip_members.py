"""The fast reader of gzip members: what it reads itself, and where it gives up."""

import gzip
import io
import zlib
from collections.abc import Generator
from typing import TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.extract.archives import gzip_members
from crawl2clip.extract.archives.gzip_members import Members, Stop
from crawl2clip.extract.archives.page import ArchiveItem, Page
from crawl2clip.extract.archives.record_boundaries import GzipFrames
from crawl2clip.extract.archives.recovering_reader import WARC, Stretch
from tests.extract.archives import HTML, numbered, record

Value = TypeVar("Value")

PAGES = [numbered(n) for n in range(4)]
OTHERS = [record("x", kind=kind) for kind in ("metadata", "revisit", "conversion")]


def read(data: bytes, at: int = 0, max_bytes: int = 10_000) -> tuple[list[ArchiveItem], Stop]:
    """What the fast reader finds, and where it stops."""
    found: list[ArchiveItem] = []
    return found, taken(gzip_members.pages(io.BytesIO(data), at, max_bytes), found)


def taken(pages: Generator[ArchiveItem, None, Value], found: list[ArchiveItem]) -> Value:
    """What the generator returns; what it yields goes to `found`."""
    while True:
        try:
            found.append(next(pages))
        except StopIteration as end:
            value: Value = end.value
            return value


def carefully(data: bytes, max_bytes: int = 10_000) -> list[ArchiveItem]:
    """The same by the careful reader alone."""
    frames = GzipFrames(io.BytesIO(data), len(data), WARC)
    return list(Stretch(frames, 0, WARC, max_bytes).items())


@pytest.fixture(params=["isal", "zlib"])
def inflater(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the fast library and without."""
    if request.param == "zlib":
        monkeypatch.setattr(gzip_members, "inflater", zlib.decompressobj)
        monkeypatch.setattr(gzip_members, "broken", zlib.error)


@pytest.mark.usefixtures("inflater")
def test_reads_what_crawlers_write_to_its_end() -> None:
    data = b"".join([OTHERS[0], *PAGES, gzip.compress(b""), *OTHERS, PAGES[0]])

    found, stop = read(data)

    assert stop == Stop(None)
    assert found == carefully(data)
    assert len(found) == 5


@pytest.mark.usefixtures("inflater")
def test_stops_where_a_member_is_damaged_cut_or_something_else() -> None:
    start = len(PAGES[0] + PAGES[1])
    flipped = PAGES[2][:60] + bytes([PAGES[2][60] ^ 0xFF]) + PAGES[2][61:]
    two = gzip.compress(gzip.decompress(PAGES[2]) + gzip.decompress(PAGES[3]))
    for third in (flipped, PAGES[2][:-4] + b"....", b"junk", two, gzip.compress(b"no WARC")):
        found, stop = read(b"".join([*PAGES[:2], third, PAGES[3]]))

        assert stop == Stop(start), third
        assert len(found) == 2
    assert read(b"".join([*PAGES[:2], PAGES[2][:-1]]))[1] == Stop(start, is_cut=True)


def odd_page(http: bytes, date: bytes = b"2024-02-29T12:34:56Z") -> bytes:
    head = (
        b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <http://x.example/>\r\nWARC-Date: %s"
        b"\r\nContent-Type: application/http\r\nWARC-Record-ID: <urn:x:1>\r\nContent-Length: %d\r\n"
    )
    return gzip.compress(head % (date, len(http)) + b"\r\n" + http + b"\r\n\r\n")


HTTP = f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\nX: y\r\n\r\n<img>".encode()


@pytest.mark.parametrize(
    "odd",
    [
        odd_page(HTTP.replace(b"\r\n", b"\n")),
        odd_page(HTTP.replace(b"X: y", b" folded")),
        odd_page(HTTP.replace(b"X: y", b"X-Robots-Tag: noai\r\nx-robots-tag: a: none")),
        odd_page(HTTP.replace(b"X: y", b"X-Robots-Tag: noai")),
        odd_page(HTTP.replace(b"X: y", b"Content-Type: text/plain")),
        odd_page(HTTP.replace(b"X: y", b"X: \xe9")),
        odd_page(HTTP.replace(b" OK", b"")),
        odd_page(HTTP, b"2024-02-29T12:34:56.789Z"),
        odd_page(HTTP, b"2024-02-30T12:34:56Z"),
        odd_page(b"no HTTP at all"),
        odd_page(b""),
    ],
)
def test_an_odd_record_is_read_carefully_and_the_next_one_fast_again(odd: bytes) -> None:
    found, stop = read(odd + PAGES[0])

    assert stop == Stop(None)
    assert found == carefully(odd + PAGES[0])


def test_of_a_member_that_is_too_large_only_the_start_is_kept() -> None:
    large = record(b"<p>" + bytes(3_000_000), kind="response")
    reader = Members(io.BytesIO(large), 0, 1000)

    member = reader.next()

    assert member is not None
    assert len(member.data) < 1000 + (1 << 20)
    assert member.size == len(gzip.decompress(large))
    assert read(large + PAGES[0])[0] == carefully(large + PAGES[0])
    page = read(large)[0][0]
    assert isinstance(page, Page)
    assert (page.problem, page.body) == ("page too large: 3000003 bytes", b"")


def test_what_is_not_kept_is_unpacked_in_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Inflater:
        def __init__(self, bits: int) -> None:
            self.real = zlib.decompressobj(bits)

        def decompress(self, data: bytes, most: int) -> bytes:
            asked.append(most)
            return self.real.decompress(data, most)

        def __getattr__(self, name: str) -> object:
            return getattr(self.real, name)

    monkeypatch.setattr(gzip_members, "inflater", Inflater)
    monkeypatch.setattr(gzip_members, "broken", zlib.error)

    Members(io.BytesIO(record(bytes(5_000_000))), 0, 1000).next()

    assert asked[0] == 1000
    assert 0 < max(asked) <= 1 << 20


def test_pages_end_at_the_limit_exactly() -> None:
    data = record("x" * 10_000) + record("x" * 10_001)

    found = [page.problem for page in read(data, max_bytes=10_000)[0] if isinstance(page, Page)]

    assert found == [None, "page too large: 10001 bytes"]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*PAGES, *OTHERS, gzip.compress(b""), odd_page(HTTP)]), max_size=6))
def test_finds_what_the_careful_reader_finds(parts: list[bytes]) -> None:
    data = b"".join(parts)
    found, stop = read(data)

    assert stop == Stop(None)
    # Its length counts the empty members behind a record.
    assert [page._replace(length=None) for page in found if isinstance(page, Page)] == [
        page._replace(length=None) for page in carefully(data) if isinstance(page, Page)
    ]
