"""Pages that crash who reads them cost themselves and nothing else."""

import gzip
import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from crawl2clip.extract.archives.page import ArchiveItem, Page
from crawl2clip.extract.isolation import isolated_reader, isolated_records
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import Row, pairs_in_file
from tests.extract.archives import numbered, record

FAST = Settings(max_page_seconds=1, max_page_memory_bytes=200_000_000)
MARK = b"kills its reader"


def bad_page(gzip: bool = True, n: int = 0) -> bytes:
    body = b"<img src=/bad.jpg alt=bad>" + MARK
    return record(body, url=f"http://x.example/bad/{n}", gzip=gzip)


def archive(*bad: int, pages: int = 6, gzip: bool = True) -> bytes:
    """So many pages, of which some kill their reader."""
    made = (bad_page(gzip, n) if n in bad else numbered(n, gzip) for n in range(pages))
    return b"".join(made)


def read(data: bytes, settings: Settings = FAST) -> list[Row]:
    return list(isolated_reader.pairs_in_file("a.warc.gz", io.BytesIO(data), settings))


def in_worker(data: bytes) -> list[Row]:
    return list(pairs_in_file("a.warc.gz", io.BytesIO(data), FAST))


def said(rows: list[Row]) -> list[str | None]:
    return [row.problem or row.text for row in rows]


@pytest.fixture
def dies_by(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], None]:
    """Have a page with the mark do that to the process which reads it."""
    rows_of_found = isolated_reader._rows

    def deadly(act: Callable[[], object]) -> None:
        def rows(path, found, *rest):
            if isinstance(found, Page) and MARK in found.body:
                act()
            return rows_of_found(path, found, *rest)

        monkeypatch.setattr(isolated_reader, "_rows", rows)

    return deadly


def never_return() -> None:
    re.match(r"(a|a)+$", "a" * 60 + "b")  # native code that lets nothing else run


def take_memory() -> None:
    held = []
    while True:
        held.append(b"x" * 10_000_000)


@pytest.mark.parametrize("is_gzip", [True, False])
def test_without_a_crash_the_rows_are_those_of_ordinary_reading(is_gzip):
    inline = record("<img src='data:image/png;base64,AA' alt='a dot'>", gzip=is_gzip)
    damaged = numbered(98, is_gzip)[:-20] if is_gzip else b"noise"
    data = archive(gzip=is_gzip) + inline + damaged + numbered(99, is_gzip)

    assert read(data) == in_worker(data)
    assert {"broken record", "left out inline"} <= {
        row.problem.partition(":")[0] for row in read(data) if row.problem
    }


@pytest.mark.parametrize("bad", [(0,), (3,), (5,), (0, 5), (1, 2, 3), (0, 2, 4)])
@pytest.mark.parametrize("is_gzip", [True, False])
def test_each_page_that_crashes_is_one_row_and_all_others_are_read(dies_by, bad, is_gzip):
    dies_by(os.abort)
    data = archive(*bad, gzip=is_gzip)

    rows = read(data)

    assert said(rows) == [
        "page crashed the reader: SIGABRT" if n in bad else f"picture {n}" for n in range(6)
    ]
    for n, (row, usual) in enumerate(zip(rows, in_worker(data), strict=True)):
        if n in bad:
            place = (usual.warc_file, usual.warc_offset, usual.warc_length, usual.page_url)
            assert (row.warc_file, row.warc_offset, row.warc_length, row.page_url) == place
        else:
            assert row == usual


def test_a_page_behind_many_others_in_one_gzip_member_is_found_too(dies_by):
    dies_by(os.abort)
    data = gzip.compress(archive(3, gzip=False))

    assert said(read(data)) == [
        *("picture 0", "picture 1", "picture 2"),
        *("page crashed the reader: SIGABRT", "picture 4", "picture 5"),
    ]


def test_however_many_pages_crash_the_file_is_read_once(dies_by):
    dies_by(os.abort)
    data = io.BytesIO(archive(*range(0, 60, 2), pages=60))
    seen = []
    data.read = lambda size=-1, read=data.read: seen.append(size) or read(size)  # type: ignore[method-assign]

    rows = list(isolated_reader.pairs_in_file("a.warc.gz", data, FAST))

    assert sum(row.problem is not None for row in rows) == 30
    assert len(seen) < 10


@pytest.mark.parametrize(
    ("act", "cause"),
    [
        (lambda: os.kill(os.getpid(), signal.SIGKILL), "SIGKILL"),
        (lambda: os.kill(os.getpid(), signal.SIGSEGV), "SIGSEGV"),
        (lambda: os._exit(3), "exit code 3"),
        (never_return, "more than 1 seconds"),
        (take_memory, "more than 200000000 bytes of memory"),
        (lambda: int("x\n y"), "ValueError: invalid literal for int() with base 10: 'x\\n y'"),
        (lambda: sys.exit(2), "SystemExit: 2"),
    ],
)
def test_the_row_says_what_the_reader_died_of(dies_by, act, cause):
    dies_by(act)
    # On a busy machine memory may take longer than a page has.
    settings = replace(FAST, max_page_seconds=60) if act is take_memory else FAST

    assert said(read(archive(1, pages=3), settings)) == [
        "picture 0",
        f"page crashed the reader: {cause}",
        "picture 2",
    ]


def test_a_page_that_stands_still_without_using_the_processor_is_given_up(dies_by, monkeypatch):
    monkeypatch.setattr(
        "crawl2clip.extract.isolation.child_process._WALL_SECONDS_PER_CPU_SECOND", 0.5
    )
    dies_by(lambda: time.sleep(60))

    assert said(read(archive(1, pages=2))) == [
        "picture 0",
        "page crashed the reader: more than 1 seconds",
    ]


def test_a_page_is_not_blamed_for_what_the_one_before_has_broken(monkeypatch):
    state: list[str] = []
    rows_of_found = isolated_reader._rows

    def rows(path, found, *rest):
        if state:
            os.abort()
        if found.url.endswith("/1"):
            state.append("broken")
        return rows_of_found(path, found, *rest)

    monkeypatch.setattr(isolated_reader, "_rows", rows)

    assert said(read(archive())) == [f"picture {n}" for n in range(6)]


def test_rows_that_no_table_can_hold_crash_the_page_they_are_of():
    def prove(rows: list[Row]) -> None:
        if rows[0].text == "picture 1":
            raise OverflowError("int too big to convert")

    rows = isolated_reader.pairs_in_file("a", io.BytesIO(archive(pages=3)), FAST, prove)

    assert said(list(rows)) == [
        "picture 0",
        "page crashed the reader: OverflowError: int too big to convert",
        "picture 2",
    ]


def test_an_archive_of_which_each_page_crashes_is_lost_data(dies_by):
    dies_by(os.abort)

    assert said(read(archive(0, 1, pages=2))) == [
        *["page crashed the reader: SIGABRT"] * 2,
        "unreadable file: 2 of its pages crashed the reader and 0 did not",
    ]


def test_reading_ends_where_too_many_pages_crash(dies_by, monkeypatch):
    monkeypatch.setattr(isolated_reader, "MOST_CRASHES", 2)
    dies_by(os.abort)

    assert said(read(archive(0, 2, 4))) == [
        *("page crashed the reader: SIGABRT", "picture 1", "page crashed the reader: SIGABRT"),
        "unreadable file: 2 of its pages crashed the reader and 1 did not",
    ]


def test_reading_ends_where_crashes_take_too_long(dies_by, monkeypatch):
    monkeypatch.setattr(isolated_reader, "MOST_CRASHED_SECONDS", 1)
    dies_by(never_return)

    assert said(read(archive(1, 3)))[-1] == (
        "unreadable file: 1 of its pages crashed the reader and 1 did not"
    )


def test_a_library_that_is_missing_is_no_fault_of_the_page(dies_by):
    def lack() -> None:
        raise ImportError("no selectolax")

    dies_by(lack)

    with pytest.raises(RuntimeError, match="ImportError: no selectolax"):
        read(archive(1))


def test_a_machine_that_fails_ends_the_reading():
    class Failing(io.BytesIO):
        def read(self, size=-1):
            if self.tell() > 0:
                raise OSError(5, "the network is down")
            return super().read(size)

    data = b"".join(numbered(n, size=9_000) for n in range(20))
    with pytest.raises(OSError, match="the network is down"):
        list(isolated_reader.pairs_in_file("a", Failing(data), FAST))


def test_records_of_a_wat_file_are_pages_too(monkeypatch):
    links = [{"path": "IMG@/src", "url": "/a.jpg", "alt": "a red dog"}]

    def described(text: str) -> bytes:
        head = {"Response-Message": {"Status": "200"}, "Headers": {"Content-Type": "text/html"}}
        html = {"Head": {"Title": text}, "Links": links}
        answer = {**head, "HTML-Metadata": html}
        header = {"WARC-Type": "response", "WARC-Target-URI": "http://x.example/"}
        payload = {"WARC-Header-Metadata": header}
        payload["Payload-Metadata"] = {"HTTP-Response-Metadata": answer}  # type: ignore[assignment]
        return json.dumps({"Envelope": payload}).encode()

    texts = "one", MARK.decode(), "three"
    data = b"".join(
        record(described(text), content_type="application/json", kind="metadata") for text in texts
    )
    monkeypatch.setattr("crawl2clip.extract.limits.abort_mark.MARK", MARK)

    rows = read(data)

    assert said(rows) == ["a red dog", "page crashed the reader: SIGABRT", "a red dog"]


@pytest.fixture
def records_die(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the reader of records abort when a record with the mark is all there."""
    read_archive = isolated_records.read_archive

    def found(file, max_bytes) -> Iterator[ArchiveItem]:
        for each in read_archive(file, max_bytes):
            if isinstance(each, Page) and MARK in each.body:
                os.abort()
            yield each

    monkeypatch.setattr(isolated_records, "read_archive", found)


def test_a_record_that_crashes_the_reader_of_records_costs_what_lies_beside_it(records_die):
    data = b"".join(bad_page(n=n) if n == 50 else numbered(n, size=2_000) for n in range(100))

    rows = read(data)

    [problem] = [row for row in rows if row.problem]
    assert problem.problem == "page crashed the reader: SIGABRT"
    assert problem.warc_offset == sum(len(numbered(n, size=2_000)) for n in range(50))
    assert [row.text for row in rows if row.text] == [f"picture {n}" for n in range(100) if n != 50]


def test_a_plain_file_is_read_on_behind_a_record_that_crashes(records_die):
    made = [numbered(n, gzip=False, size=2_000) for n in range(100)]
    made[50] = bad_page(gzip=False)

    rows = read(b"".join(made))

    [problem] = [row for row in rows if row.problem]
    assert problem.problem == "page crashed the reader: SIGABRT"
    texts = {row.text for row in rows if row.text}
    assert texts == {f"picture {n}" for n in range(100) if n not in (50, 51)}


def test_a_reader_of_records_that_goes_on_crashing_is_given_up(monkeypatch):
    monkeypatch.setattr(isolated_records, "read_archive", lambda *_: os.abort())

    [*rows, last] = read(archive())

    assert last.problem == "unreadable file: its reader crashed 30 times"
    assert len(rows) < 30


def test_what_never_returns_ends_a_process_that_reads_on_its_own():
    code = f"""
import re
from crawl2clip.extract.isolation.cpu_limit import CpuLimit
with CpuLimit(1) as limit:
    with limit.lifted():
        {"sum(range(10_000_000))"}
    re.match(r"(a|a)+$", "a" * 60 + "b")
"""
    ended = subprocess.run([sys.executable, "-c", code], check=False)

    assert ended.returncode == -signal.SIGPROF
