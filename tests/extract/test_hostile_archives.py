"""What is written against a reader, or never as the standard wants it, costs only itself."""

import gzip
import io
import re
import struct
import tracemalloc
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import requests
from fastwarc.stream_io import Lz4Writer

from crawl2clip.extract.archives.archive import read_archive
from crawl2clip.io import http_responses, path_lists
from tests.extract.archives import numbered, problems, record, rows

PLAIN = [numbered(n, gzip=False) for n in range(6)]
ARC_LINES = b"1 0 test\nURL IP-address Archive-date Content-type Archive-length\n"
ARC_HEAD = b"filedesc://a.arc 0.0.0.0 20240229123456 text/plain %d\n" % len(ARC_LINES) + ARC_LINES
LENGTHS = [
    *(b"1000000000000000000", b"9223372036854775808", b"18446744073709551616", b"-1", b"1e5"),
    *(b"1 2", b"9" * 5000, b"", b"0", b"+5", b"20000000", b"300000000", b"5000"),
]


def lz4(data: bytes) -> bytes:
    out = io.BytesIO()
    with Lz4Writer(out) as writer:
        writer.write(data)
    return out.getvalue()


def arc_record(n: int, length: bytes = b"") -> bytes:
    page = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<img src=/%d.jpg alt='picture %d'>"
    page %= n, n
    line = b"http://x/%d 1.1.1.1 20240229123456 text/html %s\n"
    return line % (n, length or b"%d" % len(page)) + page + b"\n"


def with_length(made: bytes, length: bytes) -> bytes:
    return re.sub(rb"Content-Length: \d+", b"Content-Length: " + length, made, count=1)


def with_lf(made: bytes, wrong_by: int = 0) -> bytes:
    """As ClueWeb09 has its records; `wrong_by`: what the length is more than it should be."""
    head, _, block = made.partition(b"\r\n\r\n")
    block = block[:-4].replace(b"\r\n", b"\n")
    head = with_length(head, b"%d" % (len(block) + wrong_by)).replace(b"\r\n", b"\n")
    return head.replace(b"WARC/1.0", b"WARC/0.18") + b"\n\n" + block + b"\n\n"


def response(block: bytes) -> bytes:
    head = b"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: http://x.example/\r\n"
    head += b"Content-Type: application/http\r\nContent-Length: %d\r\n\r\n"
    return head % len(block) + block + b"\r\n\r\n"


def packed(parts: list[bytes]) -> dict[str, bytes]:
    """The records in every way of framing them."""
    joined = b"".join(parts)
    return {
        "plain": joined,
        "members": b"".join(map(gzip.compress, parts)),
        "one member": gzip.compress(joined),
        "blocks": b"".join(
            gzip.compress(joined[at : at + 700]) for at in range(0, len(joined), 700)
        ),
        "frames": b"".join(map(lz4, parts)),
        "one frame": lz4(joined),
    }


def pictures(*numbers: int) -> list[str]:
    return [f"picture {n}" for n in numbers]


@pytest.mark.parametrize("length", LENGTHS, ids=lambda length: length[:20].decode())
def test_a_length_that_lies_costs_only_its_record_however_it_is_framed(length: bytes) -> None:
    for name, data in packed([*PLAIN[:2], with_length(PLAIN[2], length), *PLAIN[3:]]).items():
        found = rows(data)

        assert [row.text for row in found if row.text] == pictures(0, 1, 3, 4, 5), name
        kinds = {(row.problem or "").partition(":")[0] for row in found if not row.text}
        assert kinds == {"broken record"}, name


@pytest.mark.parametrize("length", LENGTHS, ids=lambda length: length[:20].decode())
def test_so_does_one_in_an_arc_file(length: bytes) -> None:
    parts = [ARC_HEAD, arc_record(0), arc_record(1, length or b" "), arc_record(2)]
    for data in (
        b"".join(parts),
        b"".join(map(gzip.compress, parts)),
        gzip.compress(b"".join(parts)),
    ):
        assert problems(data) == ["picture 0", "broken record", "picture 2"]


def test_records_with_lf_alone_are_read_and_with_lengths_that_are_wrong_by_a_little() -> None:
    for wrong_by in (0, 3, -3):
        for name, data in packed([with_lf(made, wrong_by) for made in PLAIN] + PLAIN[:1]).items():
            assert problems(data) == pictures(0, 1, 2, 3, 4, 5, 0), (name, wrong_by)


def test_gaps_may_be_missing_or_longer_and_versions_mixed() -> None:
    for data in (
        b"".join(made[:-4] for made in PLAIN),
        b"\r\n\n\n".join(PLAIN),
        b"".join(made if n % 2 else with_lf(made) for n, made in enumerate(PLAIN)),
        b"".join(made.replace(b"WARC/1.0", b"WARC/0.17") for made in PLAIN),
    ):
        assert problems(data) == pictures(0, 1, 2, 3, 4, 5)


@pytest.mark.parametrize("line_end", [b"\n", b"\n\n"])
def test_an_address_broken_over_lines_is_one(line_end: bytes) -> None:
    broken = [with_lf(made).replace(b"x.example/", b"x.example/" + line_end) for made in PLAIN]

    assert [row.page_url for row in rows(b"".join(broken))][:2] == [
        *("http://x.example/0", "http://x.example/1")
    ]


@pytest.mark.parametrize(
    "start",
    [
        *(b"HTTP/2 200\r\n", b"HTTP/1.1 200\r\n", b"ICY 200 OK\r\n", b"HTTP/1.1 200 OK\n"),
        *(b"HTTP/1.0  200 OK\r\n", b"\r\nHTTP/1.1 200 OK\r\n", b"http/1.1 200 ok\r\n"),
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n",
    ],
)
def test_answers_start_in_many_ways(start: bytes) -> None:
    made = response(start + b"Content-Type: text/html\r\n\r\n<img src=a alt='a dog'>")

    assert problems(made) == problems(gzip.compress(made)) == ["a dog"]


def test_a_response_without_an_http_head_is_a_page_if_it_looks_like_one() -> None:
    parts = [response(b"<html><img src=a alt='a dog'>"), response(b"hello"), response(b"")]
    for name, data in packed(parts).items():
        assert problems(data) == ["a dog", "broken record"], name
    assert problems(response(b"hello").replace(b"application/http", b"text/dns")) == []


def test_a_cut_arc_file_ends_in_a_truncated_record() -> None:
    parts = [ARC_HEAD, *map(arc_record, range(3))]
    for data in (
        b"".join(parts),
        b"".join(map(gzip.compress, parts)),
        gzip.compress(b"".join(parts)),
    ):
        for missing in (9, 30, 60):
            found = problems(data[:-missing])
            assert found[-1] == "truncated record", missing
            assert found[:-1] == pictures(0, 1, 2)[: len(found) - 1]


def test_other_formats_may_follow_behind_a_record() -> None:
    parts = [*PLAIN[:2], gzip.compress(PLAIN[2]), PLAIN[3], lz4(PLAIN[4]), gzip.compress(PLAIN[5])]

    assert problems(b"".join(parts)) == pictures(0, 1, 2, 3, 4, 5)


def test_a_record_in_a_record_is_no_record() -> None:
    outer = b"<img src=a alt='a dog'>" + b"".join(PLAIN)

    for is_gzip in (True, False):
        assert Counter(problems(record(outer, gzip=is_gzip)))["a dog"] == 1
        assert len({row.warc_offset for row in rows(record(outer, gzip=is_gzip))}) == 1


def test_a_panic_of_a_decoder_is_damage_and_nothing_else_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    panic = type("PanicException", (BaseException,), {"__module__": "pyo3_runtime"})

    def reader_raising(error: BaseException) -> Callable[..., object]:
        def read(self: object, count: int) -> bytes:
            raise error

        return lambda *_: type("Reader", (), {"read": read})()

    data = lz4(PLAIN[0])
    monkeypatch.setattr("crawl2clip.extract.archives.lz4.Lz4Reader", reader_raising(panic("boom")))
    assert [row.problem for row in rows(data)] == ["broken record: the decoder failed: boom"]
    monkeypatch.setattr("crawl2clip.extract.archives.lz4.Lz4Reader", reader_raising(SystemExit()))
    with pytest.raises(SystemExit):
        rows(data)


NOISE = {
    "lines": b"\nabc: hello WARC/1.0 x\n" * 200_000,
    "zeros": bytes(5_000_000),
    "no line end": b"WARC/1.0\r\n" + b"x" * 5_000_000,
    "header lines": b"WARC/1.0\r\n" + b"X: y\r\n" * 500_000 + b"\r\n",
    "blanks": b"WARC/1.0\r\nContent-Length:" + b" " * 30_000 + b"x\r\n\r\n",
}


@pytest.mark.parametrize("noise", NOISE)
def test_noise_is_a_row_and_takes_little_memory(noise: str) -> None:
    arc = [ARC_HEAD, arc_record(0), NOISE[noise] + b"\n", arc_record(1)]
    tracemalloc.start()

    for name, data in packed([PLAIN[0], NOISE[noise] + b"\r\n", PLAIN[1]]).items():
        if name != "blocks":
            assert problems(data) == ["picture 0", "broken record", "picture 1"], name
    assert problems(b"".join(arc)) == ["picture 0", "broken record", "picture 1"]
    assert problems(gzip.compress(b"".join(arc))) == ["picture 0", "broken record", "picture 1"]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 60_000_000


def test_a_bomb_is_unpacked_in_portions() -> None:
    bomb = record(bytes(50_000_000), gzip=False)
    tracemalloc.start()

    assert problems(gzip.compress(PLAIN[0] + bomb + PLAIN[1]))[1:] == [
        *("page too large", "picture 1")
    ]
    assert problems(gzip.compress(PLAIN[0]) + gzip.compress(bytes(50_000_000))) == [
        *("picture 0", "broken record")
    ]
    tracemalloc.stop()


def test_frames_that_claim_gigabytes_are_only_a_row() -> None:
    for claim in (
        struct.pack("<II", 0x184D2A50, 2**32 - 1),
        b"\x04\x22\x4d\x18\x40\x70" + bytes([0xDF]) + b"\xff\xff\xff\x7f",
    ):
        assert problems(lz4(PLAIN[0]) + claim + lz4(PLAIN[1])) == [
            *("picture 0", "broken record", "picture 1")
        ]


def test_a_long_extra_field_of_a_gzip_member_is_passed_over_behind_damage() -> None:
    extra = b"\x1f\x8b\x08\x04" + bytes(6) + b"\xff\xff" + bytes(65535)
    member = extra + gzip.compress(PLAIN[1])[10:]

    found = problems(gzip.compress(PLAIN[0]) + b"junk" + member)

    assert found == ["picture 0", "broken record", "picture 1"]


def test_many_lies_in_one_member_do_not_make_it_be_read_again_and_again() -> None:
    lie = with_length(PLAIN[1], b"400000")
    data = gzip.compress((PLAIN[0] + lie) * 2_000)
    read = Counter(
        isinstance(found.problem, str) for found in read_archive(io.BytesIO(data), 100_000)
    )

    assert read == {False: 2_000, True: 2_000}


def test_servers_sizes_of_any_number_of_digits_are_none() -> None:
    answer = requests.Response()
    answer.status_code = 200
    answer.headers["Content-Length"] = "9" * 5000

    assert http_responses.version_of(answer).size is None


def test_a_list_of_paths_that_unpacks_without_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(path_lists, "_MOST_BYTES", 1000)
    path = tmp_path / "warc.paths.gz"
    path.write_bytes(gzip.compress(b"a.warc.gz\n" * 1000))

    with pytest.raises(ValueError, match="more than 1000 bytes"):
        path_lists.listed(str(path))
