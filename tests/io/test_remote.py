"""Reading what is far away: over connections that break, from servers that are busy, from S3."""

import hashlib
import io
import random
import tracemalloc
from collections.abc import Iterator

import boto3
import fsspec
import pytest
import s3fs
from moto.server import ThreadedMotoServer

from crawl2clip.extract.archives.archive import open_archive
from crawl2clip.extract.rows.archive_pairs import Row, Settings, pairs_in_archive, pairs_in_file
from crawl2clip.io import http, retry, s3
from crawl2clip.io.remote import info
from crawl2clip.io.retry import TransientError, pause_seconds, with_retries
from tests.extract.archives import numbered
from tests.extract.servers import Server, Tiles, serving

DATA = random.Random(0).randbytes(3_000_000)
# Twelve pages over several blocks; the eighth is damaged, so readers go back.
RECORDS = [numbered(n, size=300_000) for n in range(12)]
RECORDS[7] = RECORDS[7][:1000] + b"\0" * 1000 + RECORDS[7][2000:]
ARCHIVE = b"".join(RECORDS)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited, which the test does not do."""
    waited: list[float] = []
    monkeypatch.setattr(retry, "sleep", waited.append)
    return waited


@pytest.fixture
def web() -> Iterator[Server]:
    with serving(data=DATA, a_warc_gz=ARCHIVE, empty=b"") as server:
        yield server


def read(url: str) -> bytes:
    with open_archive(url) as file:
        return file.read()


def local_rows() -> list[Row]:
    return list(pairs_in_file("", io.BytesIO(ARCHIVE), Settings()))


def remote_rows(path: str) -> list[Row]:
    rows = list(pairs_in_archive(path))
    assert {row.warc_file for row in rows} == {path}
    return [row._replace(warc_file="") for row in rows]


def test_one_request_reads_a_whole_file_if_nothing_breaks(web: Server) -> None:
    assert read(f"{web.url}/data") == DATA
    assert web.asked == [("GET", "bytes=0-", None)]


def test_any_place_can_be_read_as_in_a_local_file(web: Server) -> None:
    local = io.BytesIO(DATA)
    with open_archive(f"{web.url}/data") as file:
        for offset, whence, count in [
            *((-100, 2, 200), (0, 0, 10), (2_999_990, 0, 50), (5, 1, 10), (0, 2, 10)),
            *((1_048_570, 0, 20), (-15, 1, 1), (4_000_000, 0, 5), (0, 0, 3_000_000)),
        ]:
            assert file.seek(offset, whence) == local.seek(offset, whence)
            assert file.read(count) == local.read(count)
            assert file.tell() == local.tell()


def test_going_back_a_little_asks_for_nothing_again(web: Server) -> None:
    with open_archive(f"{web.url}/data") as file:
        for at in (0, 2_000_000, 10, 1_500_000, 2_900_000):
            file.seek(at)
            assert file.read(1000) == DATA[at : at + 1000]

    assert len(web.asked) <= 3


@pytest.mark.parametrize("says_length", [True, False])
def test_a_connection_that_drops_is_taken_up_at_the_next_byte(
    web: Server, pauses: list[float], says_length: bool
) -> None:
    """Also where the end of a connection may as well be the end of the file."""
    web.says_length = says_length
    web.breaks = [1_500_000, 200_000, 0, 1_000_000]

    assert read(f"{web.url}/data") == DATA

    starts = [int((part or "").removeprefix("bytes=").rstrip("-")) for part in web.ranges()]
    assert starts[0] == 0
    assert 1_500_000 - http.PART_BYTES <= starts[1] <= 1_500_000
    assert starts == sorted(starts)
    assert [if_range for _, _, if_range in web.asked] == [None, *['"1"'] * 4]
    assert len(pauses) == 4


@pytest.mark.parametrize("says_length", [True, False])
def test_a_server_without_ranges_is_read_from_the_beginning_again(
    web: Server, pauses: list[float], says_length: bool
) -> None:
    web.has_ranges, web.says_length = False, says_length
    web.breaks = [1_500_000, 2_000_000] if says_length else []

    with open_archive(f"{web.url}/data") as file:
        assert file.seek(0, 2) == len(DATA)
        file.seek(0)
        assert file.read() == DATA
    assert len(web.asked) == len(pauses) + 1 == (3 if says_length else 1)


def test_a_server_that_gives_up_ranges_midway_is_still_read(
    web: Server, pauses: list[float]
) -> None:
    web.breaks, web.after_break = [1_500_000], lambda server: setattr(server, "has_ranges", False)

    assert read(f"{web.url}/data") == DATA


@pytest.mark.parametrize("etag", ['"2"', None])
def test_a_file_that_changes_midway_is_refused(
    web: Server, pauses: list[float], etag: str | None
) -> None:
    """By its ETag, or if there is none by its length."""
    web.etag = etag and '"1"'

    def change(server: Server) -> None:
        server.etag = etag
        server.files["/data"] = DATA[::-1] + b"!"

    web.breaks, web.after_break = [1_500_000], change

    with pytest.raises(OSError, match="has changed while it was read"):
        read(f"{web.url}/data")


@pytest.mark.parametrize("is_told", [True, False])
def test_a_file_that_shrinks_midway_is_refused(
    web: Server, pauses: list[float], is_told: bool
) -> None:
    """The answer is 416, and may say how long the file is now."""
    web.etag, web.body_of_failures = None, b"no such part"

    def shrink(server: Server) -> None:
        server.files["/data"] = b"short"
        server.failures = [] if is_told else [(416, "")]

    web.breaks, web.after_break = [1_500_000], shrink

    with pytest.raises(OSError, match="has changed while it was read"):
        read(f"{web.url}/data")


def test_a_busy_server_gets_the_time_it_asks_for(web: Server, pauses: list[float]) -> None:
    web.failures = [(503, "7"), (429, "100000"), (500, ""), (503, "soon")]

    assert read(f"{web.url}/data") == DATA
    assert pauses[:2] == [7, 120]
    assert 2 <= pauses[2] <= 6
    assert 4 <= pauses[3] <= 12


def test_a_server_that_stays_busy_is_an_error_of_the_machine(
    web: Server, pauses: list[float]
) -> None:
    web.failures = [(503, "")] * 100

    with pytest.raises(OSError, match="tried 8 times: the server says 503") as caught:
        list(pairs_in_archive(f"{web.url}/a.warc.gz"))

    assert caught.value.errno  # else it would be taken for one of the bytes
    assert len(web.asked) == 8
    assert 60 < sum(pauses) < 190


def test_a_connection_that_breaks_for_good_midway_is_an_error_and_no_short_file(
    web: Server, pauses: list[float]
) -> None:
    web.breaks = [2_000_000, *[0] * 100]

    with pytest.raises(OSError, match="tried 8 times"):
        list(pairs_in_archive(f"{web.url}/a.warc.gz"))


def test_no_server_at_all_is_an_error_of_the_machine(pauses: list[float]) -> None:
    with serving() as gone:
        pass

    with pytest.raises(OSError, match=r"tried 8 times: .*refused"):
        read(f"{gone.url}/data")


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_not_there_is_a_missing_file(web: Server, status: int) -> None:
    web.failures = [(status, "")]
    path = f"{web.url}/a.warc.gz"

    assert [row.problem for row in pairs_in_archive(path)] == [f"missing file: {path}"]
    assert [row.problem for row in pairs_in_archive("https://")] == ["missing file: https://"]


@pytest.mark.parametrize(
    ("status", "error"), [(403, PermissionError), (401, PermissionError), (400, OSError)]
)
def test_what_is_refused_is_an_error_at_once(
    web: Server, status: int, error: type[OSError]
) -> None:
    """All files of a source are refused alike: as missing files they would be an empty set."""
    web.failures = [(status, "")]

    with pytest.raises(error, match=str(status)):
        list(pairs_in_archive(f"{web.url}/a.warc.gz"))
    assert len(web.asked) == 1


def test_an_empty_file_is_empty(web: Server) -> None:
    assert read(f"{web.url}/empty") == b""
    web.failures, web.body_of_failures = [(416, "")], b"no such part"
    assert read(f"{web.url}/empty") == b""


def test_an_archive_gives_the_same_rows_from_the_web(
    web: Server, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [bool(row.problem) for row in local_rows()] == [n == 7 for n in range(12)]
    assert remote_rows(f"{web.url}/a.warc.gz") == local_rows()
    assert len(web.asked) == 1

    web.breaks = [700_000, 300_000, 1_000_000]
    monkeypatch.setattr(http, "BLOCK_BYTES", 20_000)  # so that going back asks again
    assert remote_rows(f"{web.url}/a.warc.gz") == local_rows()
    assert len(web.asked) > 5


def test_memory_does_not_grow_with_the_file() -> None:
    tile = random.Random(1).randbytes(1 << 20)
    with serving(big=Tiles(tile, 200 << 20)) as web, open_archive(f"{web.url}/big") as file:
        tracemalloc.start()
        count = sum(part == tile for part in iter(lambda: file.read(1 << 20), b""))
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()

    assert count == 200
    assert peak < 20 << 20  # the server and its tile are in it too


def test_what_is_known_of_a_file_without_reading_it(web: Server) -> None:
    about = info(f"{web.url}/data")

    assert about == {"type": "file", "size": 3_000_000, "etag": '"1"', "modified": None}
    assert info(f"{web.url}/nothing") is None
    web.failures = [(403, "")]  # an address that is signed for GET alone
    assert info(f"{web.url}/data") == {"type": "file", "size": None}
    assert web.ranges() == []


def test_those_who_fail_together_do_not_come_back_together() -> None:
    waits = {pause_seconds(None, 3, f"{n}.warc.gz") for n in range(100)}

    assert len(waits) == 100
    assert 4 <= min(waits) < 5
    assert 11 < max(waits) <= 12
    assert pause_seconds(None, 3, "a") == pause_seconds(None, 3, "a")
    assert pause_seconds(None, 50, "a") == 60


def test_patience_ends(pauses: list[float]) -> None:
    def never() -> None:
        raise TransientError("busy\n now")

    with pytest.raises(OSError, match=r"tried 8 times: busy now.*'x'"):
        with_retries(never, "x")
    assert len(pauses) == 7


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """A store that speaks S3, with a bucket, and credentials for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        host, port = server.get_host_and_port()
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="us-east-1")
        client.create_bucket(Bucket="crawl")
        client.put_object(Bucket="crawl", Key="x/a.warc.gz", Body=ARCHIVE)
        client.put_object(Bucket="crawl", Key="x/b.warc.gz", Body=numbered(1))
        client.put_object(Bucket="crawl", Key="warc.paths", Body=b"x/a.warc.gz\n")
        yield f"http://{host}:{port}"
        server.stop()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Credentials as the AWS tools find them; the test may take them away."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, "/nonexistent")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    s3._has_keys.cache_clear()
    yield monkeypatch
    s3._has_keys.cache_clear()


def endpoint(keys: pytest.MonkeyPatch, url: str) -> None:
    options = {"endpoint_url": url, "config_kwargs": {"retries": {"max_attempts": 1}}}
    keys.setitem(fsspec.config.conf, "s3", options)


@pytest.mark.parametrize("scheme", ["s3", "s3a"])
def test_an_archive_gives_the_same_rows_from_s3(
    moto: str, keys: pytest.MonkeyPatch, scheme: str
) -> None:
    endpoint(keys, moto)
    keys.setattr(s3, "BLOCK_BYTES", 1 << 18)

    assert remote_rows(f"{scheme}://crawl/x/a.warc.gz") == local_rows()


def test_what_is_not_in_s3_is_a_missing_file(moto: str, keys: pytest.MonkeyPatch) -> None:
    endpoint(keys, moto)

    for path in ("s3://crawl/x/c.warc.gz", "s3://no-such-bucket/x/a.warc.gz"):
        assert [row.problem for row in pairs_in_archive(path)] == [f"missing file: {path}"]
        assert info(path) is None
    about = info("s3://crawl/x/b.warc.gz") or {}
    assert about["ETag"] == f'"{hashlib.md5(numbered(1)).hexdigest()}"'


def test_an_object_that_changes_midway_is_refused_at_once(
    moto: str, keys: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    endpoint(keys, moto)
    keys.setattr(s3, "BLOCK_BYTES", 1 << 18)
    client = boto3.client("s3", endpoint_url=moto, region_name="us-east-1")
    client.put_object(Bucket="crawl", Key="changing", Body=DATA)

    with open_archive("s3://crawl/changing") as file:
        assert file.read(10) == DATA[:10]
        client.put_object(Bucket="crawl", Key="changing", Body=DATA[::-1])
        with pytest.raises(OSError, match="has changed while it was read"):
            file.read()
    assert pauses == []


def test_without_keys_nothing_is_signed(keys: pytest.MonkeyPatch) -> None:
    with serving() as web:
        endpoint(keys, web.url)
        assert not s3.filesystem().anon
        keys.delenv("AWS_ACCESS_KEY_ID")
        keys.delenv("AWS_SECRET_ACCESS_KEY")
        s3._has_keys.cache_clear()
        assert s3.filesystem().anon
        keys.setitem(fsspec.config.conf, "s3", {"endpoint_url": web.url, "key": "k", "secret": "s"})
        assert not s3.filesystem().anon


def test_s3_that_is_busy_or_drops_the_connection_is_asked_again(
    keys: pytest.MonkeyPatch, pauses: list[float]
) -> None:
    """By us, when s3fs has had enough."""
    keys.setattr(s3fs.S3FileSystem, "retries", 1)
    with serving() as web:
        endpoint(keys, web.url)
        web.files["/crawl/data"] = DATA
        with open_archive("s3://crawl/data") as file:
            web.failures = [(500, "")] * 2
            assert file.read(10) == DATA[:10]
            assert len(pauses) == 1
        with open_archive("s3://crawl/data") as file:
            pauses.clear()
            web.breaks = [1_000_000, 50]
            assert file.read() == DATA
            assert len(pauses) == 2


def test_what_s3_refuses_is_an_error_that_says_what_to_do(keys: pytest.MonkeyPatch) -> None:
    with serving() as web:
        endpoint(keys, web.url)
        web.failures = [(403, "")] * 10
        with pytest.raises(PermissionError, match=r"every AWS account; .*https://data.commoncrawl"):
            list(pairs_in_archive("s3://commoncrawl/crawl-data/a.warc.gz"))
        with pytest.raises(PermissionError, match="other credentials, or any at all"):
            list(pairs_in_archive("s3://mine/a.warc.gz"))
