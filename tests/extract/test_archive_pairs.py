"""Records -> rows."""

import gzip
import hashlib
import io
import random
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord

from crawl2clip.extract.rows.archive_pairs import (
    Row,
    Settings,
    pairs_in_archive,
    pairs_in_file,
    uid_of,
)
from crawl2clip.extract.rows.pair_rows import Candidate
from tests.extract.archives import HTML, PAGE, numbered, pairs, problems, record, rows

DOG = "<img src=/dog.jpg alt='a dog'>"
PAIR = ("http://x.example/dog.jpg", "a dog")


def test_a_row_says_all_there_is_to_say() -> None:
    before = record("", kind="resource", content_type="text/plain")
    page = (
        "<title>Dogs &amp; cats</title><base href=/p/q/><meta name=robots content=noai>"
        "<link rel=license href=/by><h1>Big dogs</h1>"
        "<img src=../dog.jpg?w=200#x srcset='../dog.jpg?w=400 400w' width=200 height=9"
        " alt='a dÃ¶g'>"
    )
    against = [("X-Robots-Tag", "noindex"), ("X-Robots-Tag", "x: noml"), ("TDM-Reservation", "1")]
    made = record(page, headers=against)

    url = "http://x.example/p/dog.jpg?w=400"
    assert rows(before + made + numbered(1))[0] == Row(
        uid=hashlib.md5(f"{url}\0a dÃ¶g".encode()).hexdigest(),
        url=url,
        text="a dÃ¶g",
        text_source="alt",
        page_url=PAGE,
        warc_file="a.warc.gz",
        warc_offset=len(before),
        warc_date=datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC),
        problem=None,
        url_raw="../dog.jpg?w=400",
        url_source="srcset",
        url_candidates=(
            Candidate(url, 400, None),
            Candidate("http://x.example/p/dog.jpg?w=200#x", None, None),
        ),
        canonical_url="https://x.example/p/dog.jpg",
        text_fixed="a dög",
        page_title="Dogs & cats",
        heading="Big dogs",
        licence="http://x.example/by",
        html_width=200,
        html_height=9,
        warc_length=len(made),
        warc_record_id=f"<urn:x:{len(page)}>",
        opt_out=(
            ("x-robots-tag", "*", "noindex"),
            ("x-robots-tag", "x", "noml"),
            ("tdm-header", "*", "tdm-reservation"),
            ("meta", "*", "noai"),
        ),
    )


def test_a_plain_row_says_no_more() -> None:
    made = record(DOG)

    assert rows(made) == [
        Row(
            uid=hashlib.md5(b"http://x.example/dog.jpg\0a dog").hexdigest(),
            url="http://x.example/dog.jpg",
            text="a dog",
            text_source="alt",
            page_url=PAGE,
            warc_file="a.warc.gz",
            warc_offset=0,
            warc_date=datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC),
            url_raw="/dog.jpg",
            url_source="src",
            canonical_url="https://x.example/dog.jpg",
            warc_length=len(made),
            warc_record_id="<urn:x:30>",
        )
    ]


@pytest.mark.parametrize("gzipped", [True, False])
def test_lengths_are_those_of_the_records(gzipped: bool) -> None:
    made = [numbered(n, gzipped, size=200 + n) for n in range(3)]

    found = [row.warc_length for row in rows(b"".join(made))]

    assert found == [len(each) for each in made]


def test_images_beyond_the_limit_are_one_problem() -> None:
    page = "".join(f"<img src=/{n} alt={n}>" for n in range(5))
    settings = Settings(max_images_per_page=3)

    found = list(pairs_in_file("a", io.BytesIO(record(page)), settings))

    assert [(row.text, row.problem) for row in found] == [
        *(("0", None), ("1", None), ("2", None)),
        (None, "too many images: 2 left out"),
    ]
    assert found[3].page_url == PAGE


def test_candidates_that_lead_nowhere_are_left_out() -> None:
    page = "<img src=/a alt=x srcset='http://[oops 1x, /a 2x, //x.example/a 3x, /b 4x'>"

    [row] = rows(record(page))

    assert row.url_candidates == (
        Candidate("http://x.example/b", None, 4.0),
        Candidate("http://x.example/a", None, 3.0),
    )


def test_images_with_nothing_to_fetch_are_counted_once_an_archive() -> None:
    page = (
        "<img src=data:, alt=a><img src='' alt=b><img alt=c><img alt>"
        "<img src=p.gif width=1 height=1 alt=d>"
    )

    assert problems(record(page) + record(DOG) + record(page)) == [
        *("a dog", "left out inline", "left out no link", "left out pixel")
    ]
    found = rows(record(page) + record(page))
    assert [row.problem for row in found] == [
        "left out inline: 2 with a text",
        "left out no link: 4 with a text",
        "left out pixel: 2 with a text",
    ]
    assert {(row.warc_file, row.page_url) for row in found} == {("a.warc.gz", None)}


def test_the_uid_is_the_md5_of_url_nul_text() -> None:
    assert uid_of("u", "ü") == hashlib.md5(b"u\0\xc3\xbc").hexdigest()
    assert uid_of("ab", "c") != uid_of("a", "bc")


@pytest.mark.parametrize("gzipped", [True, False])
def test_offsets_are_those_of_the_records(gzipped: bool) -> None:
    made = [numbered(n, gzipped) for n in range(3)]

    found = [row.warc_offset for row in rows(b"".join(made))]

    assert found == [0, len(made[0]), len(made[0]) + len(made[1])]


@pytest.mark.parametrize(
    ("settings", "is_read"),
    [
        ({}, True),
        ({"content_type": "TEXT/HTML"}, True),
        ({"content_type": "application/xhtml+xml; charset=utf-8"}, True),
        ({"content_type": None}, True),
        ({"content_type": "text/plain"}, False),
        ({"content_type": "image/svg+xml"}, False),
        ({"content_type": "text/html5"}, False),
        ({"status": "404 Not ArchiveItem"}, False),
        ({"status": "301 Moved"}, False),
        ({"status": "206 Partial Content"}, False),
        ({"status": "200"}, True),
        ({"kind": "resource"}, True),
        ({"kind": "resource", "content_type": "text/plain"}, False),
        ({"kind": "revisit"}, False),
        ({"kind": "conversion"}, False),
        ({"kind": "metadata"}, False),
    ],
)
def test_reads_html_responses_with_status_200(settings: dict[str, str], is_read: bool) -> None:
    page = "<!doctype html>" + DOG

    assert pairs(record(page, **settings)) == ([PAIR] if is_read else [])  # type: ignore[arg-type]


def test_a_page_without_a_type_must_look_like_html() -> None:
    assert pairs(record("once upon a time " + DOG, content_type=None)) == []


def test_headers_may_end_in_line_feeds_alone() -> None:
    http = f"HTTP/1.1 200 OK\nContent-Type: {HTML}\n\n{DOG}"
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: <{PAGE}>\r\n"
        "Content-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )

    (row,) = rows(f"{head}{http}\r\n\r\n".encode())

    assert (row.url, row.text) == PAIR
    assert row.page_url == PAGE  # wget writes it in angle brackets
    assert row.warc_date is None


def test_chunked_and_compressed_pages_are_read() -> None:
    packed = gzip.compress(DOG.encode())
    stored = b"%x\r\n%s\r\n0\r\n\r\n" % (len(packed), packed)
    headers = [("Transfer-Encoding", "chunked"), ("Content-Encoding", "gzip")]

    assert pairs(record(stored, headers=headers)) == [PAIR]


def test_a_page_that_cannot_be_decoded_costs_only_itself() -> None:
    odd = record(b"\x00\xff\x00", headers=[("Content-Encoding", "br")])

    assert problems(odd + record(DOG)) == ["undecodable page", "a dog"]


def test_the_charset_reaches_the_text() -> None:
    page = "<img src=a.jpg alt='собака'>".encode("cp1251")

    (row,) = rows(record(page, content_type="text/html; charset=windows-1251"))

    assert row.text == "собака"


def test_relative_links_start_at_the_page_or_at_its_base() -> None:
    image = "<img src=../dog.jpg alt=dog>"

    assert pairs(record(image)) == [("http://x.example/dog.jpg", "dog")]
    assert pairs(record("<base href=//y.example/a/b/>" + image)) == [
        ("http://y.example/a/dog.jpg", "dog")
    ]


def test_a_bad_link_costs_only_itself() -> None:
    page = f"<img src='http://[oops' alt=bad>{DOG}<img src=javascript:1 alt=worse>"

    found = rows(record(page))

    assert [(row.url, row.text, row.problem) for row in found] == [
        (None, "bad", "bad url: http://[oops"),
        (*PAIR, None),
        (None, "worse", "bad url: javascript:1"),
    ]
    assert {row.page_url for row in found} == {PAGE}
    assert [row.uid is None for row in found] == [True, False, True]


def test_the_detail_of_a_bad_link_is_short() -> None:
    (row,) = rows(record(f"<img src='http://[{'x' * 1000}' alt=bad>"))

    assert row.problem is not None
    assert len(row.problem) == len("bad url: ") + 200


def test_a_page_without_a_proper_address_loses_only_its_relative_links() -> None:
    page = DOG + "<img src=http://y.example/cat.jpg alt='a cat'>"

    found = rows(record(page, url="urn:x:1"))

    assert [(row.url, row.problem) for row in found] == [
        (None, "bad url: /dog.jpg"),
        ("http://y.example/cat.jpg", None),
    ]


def test_a_pair_is_given_once_a_page() -> None:
    page = (
        "<img src=/dog.jpg alt='a dog'><img src=//x.example/dog.jpg alt=' a  dog'>"
        "<img src=/dog.jpg alt='the dog'><img src=/cat.jpg alt='a dog'>"
        "<img src=http://[ alt=x><img src=http://[ alt=x>"
    )

    once = [
        PAIR,
        ("http://x.example/dog.jpg", "the dog"),
        ("http://x.example/cat.jpg", "a dog"),
        (None, "x"),
    ]
    assert [(row.url, row.text) for row in rows(record(page))] == once
    assert [(row.url, row.text) for row in rows(record(page) * 2)] == once * 2


def test_a_page_is_too_large_above_the_limit() -> None:
    page, packed = DOG + " " * 1000, gzip.compress((DOG + " " * 1000).encode())
    size = len(page)

    assert [row.problem for row in rows(record(page), size)] == [None]
    (large,) = rows(record(page), size - 1)
    assert large.problem == f"page too large: {size} bytes"
    assert large.page_url == PAGE
    (bomb,) = rows(record(packed, headers=[("Content-Encoding", "gzip")]), size - 1)
    assert bomb.problem == f"page too large: more than {size - 1} bytes unpacked"


def test_a_missing_file_is_a_row(tmp_path: Path) -> None:
    path = str(tmp_path / "nothing.warc.gz")

    assert list(pairs_in_archive(path)) == [
        Row(warc_file=path, problem=f"missing file: {path}"),
    ]
    assert next(pairs_in_archive("memory://nothing.warc.gz")).problem == (
        "missing file: memory://nothing.warc.gz"
    )


def test_a_folder_is_a_row(tmp_path: Path) -> None:
    (row,) = pairs_in_archive(str(tmp_path))

    assert row.problem == f"unreadable file: {tmp_path} is a folder"


def test_warcio_finds_the_same_pages(tmp_path: Path) -> None:
    path = tmp_path / "a.warc.gz"
    path.write_bytes(b"".join([*map(numbered, range(5)), record(DOG, status="404 x")]))

    with path.open("rb") as file:
        expected = {
            (record.rec_headers.get_header("WARC-Target-URI"), offset)
            for record, offset in _with_offsets(ArchiveIterator(file))
            if record.http_headers.get_statuscode() == "200"
        }

    found = list(pairs_in_archive(str(path), Settings()))
    assert {(row.page_url, row.warc_offset) for row in found} == expected
    assert len(expected) == 5


def _with_offsets(records: ArchiveIterator) -> Iterator[tuple[ArcWarcRecord, int]]:
    for each in records:
        yield each, records.offset


ARC_SPEC = "1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
ARC_HEAD = f"filedesc://a.arc 0.0.0.0 20240229123456 text/plain {len(ARC_SPEC)}\n{ARC_SPEC}\n"


def arc_record(page: str, url: str = PAGE) -> bytes:
    http = f"HTTP/1.1 200 OK\r\nContent-Type: {HTML}\r\n\r\n{page}"
    return f"{url} 127.0.0.1 20240229123456 text/html {len(http)}\n{http}\n".encode()


@pytest.mark.parametrize("gzipped", [True, False])
def test_arc_files_are_read(gzipped: bool) -> None:
    parts = [ARC_HEAD.encode(), arc_record(DOG), arc_record(DOG, "http://y.example/")]
    packed = [gzip.compress(part) for part in parts] if gzipped else parts

    found = rows(b"".join(packed))

    assert [(row.url, row.problem) for row in found] == [
        ("http://x.example/dog.jpg", None),
        ("http://y.example/dog.jpg", None),
    ]
    assert found[1].warc_offset == len(packed[0]) + len(packed[1])
    assert [row.warc_length for row in found] == [len(packed[1]), len(packed[2])]
    assert found[0].warc_date == datetime(2024, 2, 29, 12, 34, 56, tzinfo=UTC)


def test_a_broken_arc_record_is_a_row() -> None:
    broken = ARC_HEAD.encode() + arc_record(DOG) + b"not an arc record\n" + arc_record(DOG)

    assert problems(broken) == ["a dog", "broken record", "a dog"]
    assert problems((ARC_HEAD.encode() + arc_record(DOG))[:-5]) == ["truncated record"]


@pytest.mark.parametrize("at", [0, 12, 60, 20_000, -200, -6])
def test_a_damaged_member_of_an_arc_file_costs_only_itself(at: int) -> None:
    noise = random.Random(1).randbytes(30_000).hex()
    pages = [f"<img src=/{n}.jpg alt='picture {n}'><p>{noise}" for n in range(4)]
    parts = [gzip.compress(arc_record(page)) for page in pages]
    damaged = bytearray(parts[1])
    damaged[at] ^= 0xFF
    head = gzip.compress(ARC_HEAD.encode())

    found = rows(b"".join([head, parts[0], damaged, parts[2], parts[3]]))

    assert [row.text for row in found] == ["picture 0", None, "picture 2", "picture 3"]
    assert (found[1].problem or "").startswith(("broken record: ", "truncated record: "))
    assert found[3].warc_offset == len(head + b"".join(parts[:3]))


def test_lz4_files_are_read() -> None:
    from fastwarc.stream_io import Lz4Writer

    out = io.BytesIO()
    with Lz4Writer(out) as writer:
        writer.write(numbered(1, gzip=False))

    assert pairs(out.getvalue()) == [("http://x.example/1.jpg", "picture 1")]


def test_a_warc_record_in_an_arc_is_broken() -> None:
    mixed = ARC_HEAD.encode() + arc_record(DOG) + record(DOG, gzip=False)

    assert problems(mixed) == ["a dog", "broken record"]
