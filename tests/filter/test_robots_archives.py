"""On WARC bytes made here: what is read out of robotstxt archives, whole and broken ones."""

import gzip
import io
import os
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawl2clip.filter.robots.robots_archives import Capture, captures, paths

DISALLOW = b"User-agent: *\nDisallow: /\n"
RULES = "User-agent: *\nDisallow: /"
DATE, SECONDS = "2026-01-05T00:00:01Z", 1767571201.0


def record(
    url: str,
    body: bytes = DISALLOW,
    status: str = "200 OK",
    headers: tuple[tuple[str, str], ...] = (),
    kind: str = "response",
    date: str = DATE,
    gzip: bool = True,
) -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            url,
            kind,
            payload=io.BytesIO(body),
            http_headers=http if kind == "response" else None,
            warc_headers_dict={"WARC-Date": date},
        )
    )
    return out.getvalue()


def read(tmp_path: Path, data: bytes) -> list[Capture]:
    path = tmp_path / "robots.warc.gz"
    path.write_bytes(data)
    return list(captures(str(path), ("*",)))


def problems(tmp_path: Path, data: bytes) -> list[str]:
    return [
        capture.problem.replace(str(tmp_path), "")
        for capture in read(tmp_path, data)
        if capture.problem
    ]


def test_each_answer_is_a_capture_and_only_200_has_rules(tmp_path: Path) -> None:
    a, b, c = "http://a.example/robots.txt", "http://b.example/robots.txt", "http://c.example/"

    found = read(
        tmp_path,
        record(a, kind="metadata")
        + record("HTTP://A.example:80/robots.txt")
        + record(b, status="404 Not Found")
        + record(b, status="503 Come Again", date="2026-01-06T00:00:01Z")
        + record(c, status="301 Moved", headers=(("Location", "//www.c.example/r.txt"),))
        + record(c, status="302 Moved", headers=(("Location", "http://[oops"),))
        + record(c, status="308 Moved")
        + record("no address"),
    )

    assert found == [
        Capture(a, SECONDS, RULES),
        Capture(b, SECONDS),
        Capture(b, SECONDS + 86_400),
        Capture(c, SECONDS, moved_to="http://www.c.example/r.txt"),
        Capture(c, SECONDS),
        Capture(c, SECONDS),
    ]


def test_a_body_is_read_to_its_500_kibibytes(tmp_path: Path) -> None:
    [found] = read(tmp_path, record("http://a.example/robots.txt", b"#" * 600_000 + DISALLOW))

    assert found.rules == ""


def test_an_archive_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    path = str(tmp_path / "none.warc.gz")

    assert list(captures(path, ("*",))) == [Capture(path, problem=f"missing file: {path}")]


@pytest.mark.parametrize("is_gzip", [True, False])
def test_an_archive_that_ends_too_early_is_a_problem(tmp_path: Path, is_gzip: bool) -> None:
    whole = record("http://a.example/robots.txt", gzip=is_gzip)
    last = record("http://b.example/robots.txt", os.urandom(3000), gzip=is_gzip)

    assert problems(tmp_path, whole + last) == []
    for length in (1, 2, 10, 100, 300, 2000, len(last) - 9, len(last) - 1):
        [problem] = problems(tmp_path, whole + last[:length])
        assert problem.startswith("unreadable file: /robots.warc.gz: "), length


def test_what_stands_before_a_broken_place_counts(tmp_path: Path) -> None:
    one = record("http://a.example/robots.txt")
    broken = bytearray(record("http://b.example/robots.txt", os.urandom(3000)))
    broken[1000:1100] = bytes(100)

    first, *_, last = read(tmp_path, one + bytes(broken) + one)

    assert first == Capture("http://a.example/robots.txt", SECONDS, RULES)
    assert last.url.endswith("/robots.warc.gz")
    assert (last.problem or "").startswith("unreadable file: ")


@pytest.mark.parametrize("data", [b"", b"no archive", gzip.compress(b""), b"\x1f\x8b\x08" * 50])
def test_what_is_no_archive_is_a_problem(tmp_path: Path, data: bytes) -> None:
    [problem] = problems(tmp_path, data)

    assert problem.startswith("unreadable file: /robots.warc.gz: ")


def test_records_in_one_gzip_member_are_read(tmp_path: Path) -> None:
    plain = record("http://a.example/robots.txt", gzip=False)

    assert len(read(tmp_path, gzip.compress(plain * 3))) == 3


def test_archives_are_named_by_glob_list_or_themselves(tmp_path: Path) -> None:
    for name in ("b.warc.gz", "a.warc.gz", "c.txt"):
        (tmp_path / name).write_bytes(b"")
    listed = tmp_path / "robotstxt.paths.gz"
    listed.write_bytes(
        gzip.compress(b"a/1.warc.gz\n\n# no\n/b/2.warc.gz\na/1.warc.gz\nhttps://c/3\n")
    )
    folder = str(tmp_path)

    assert paths(f"{folder}/*.warc.gz") == [f"{folder}/a.warc.gz", f"{folder}/b.warc.gz"]
    assert paths(f"{folder}/b.warc.gz") == [f"{folder}/b.warc.gz"]
    assert paths(str(listed)) == [f"{folder}/a/1.warc.gz", "/b/2.warc.gz", "https://c/3"]
    assert paths(str(listed), "https://x.example/")[0] == "https://x.example/a/1.warc.gz"


def test_a_source_without_archives_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"# nothing\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\xfd")
    (tmp_path / "binary.gz").write_bytes(b"not packed")

    for name, reason in {
        "none": "there is no",
        "*.warc.gz": "names no archive",
        "empty": "names no archive",
        "binary": "is not a list of archives",
        "binary.gz": "is not a list of archives",
    }.items():
        with pytest.raises(ValueError, match=reason):
            paths(str(tmp_path / name))
