"""Secrets planted in everything that a run reads are in nothing that it leaves."""

import base64
import gzip
import io
import json
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.extract.archives import record
from tests.fetch.pictures import picture
from tests.programs import program

SECRET = "S3CR3T"
USER = f"me:pass{SECRET}"
AUTHORIZATION = "Basic " + base64.b64encode(USER.encode()).decode()

RECIPE = """
recipe: secrets
read: {{signed_urls: strip}}
jobs:
  extract:
  filter:
    - where: length(text) > 3
  fetch:
    - download_images: {{allow_networks: [127.0.0.0/8], store: {store}, retries: 0}}
  shard:
    - write_shards
"""
PAGE = """<img src="{images}/open.jpg?X-Amz-Signature=a{SECRET}&w=1" alt="an open picture">
<img src="{images}/closed.jpg?token=b{SECRET}" alt="a picture that wants a token">
<img src="http://u:c{SECRET}@[oops/x.jpg" alt="a link that leads nowhere">
<img srcset="//d{SECRET}@x.invalid/1.jpg 1x, //x.invalid/2.jpg?sig=e{SECRET} 2x" alt="two links">
"""


class Server(ThreadingHTTPServer):
    """Signs anew whatever list it is asked for; archives and lists want user and signature."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server_port}"
        self.files: dict[str, bytes] = {}
        self.signatures = 0
        self.expired = {"/b.warc.gz"}  # as if its signature were, until somebody asks for /signed

    def paths(self) -> bytes:
        self.signatures += 1
        signed = f"X-Amz-Signature={self.signatures}{SECRET}&X-Amz-Date=1"
        lines = (
            f"a.warc.gz?{signed}",
            f"http://{USER}@{self.host}/b.warc.gz?{signed}&v=1",
            f"http://{USER}@{self.host}/gone.warc.gz?{signed}",
        )
        return "\n".join(lines).encode()


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        body = self.server.paths() if path == "/list.paths" else self.server.files.get(path)
        status = 404 if body is None else 200 if self.may_have(path) else 403
        self.send_response(status)
        self.send_header("ETag", '"1"')
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        if self.command == "GET" and status == 200 and body:
            self.wfile.write(body)

    def may_have(self, path: str) -> bool:
        if path == "/signed":
            self.server.expired.clear()
            return True
        if self.command == "GET" and path in self.server.expired:
            return False
        if path.endswith(".jpg"):
            return path == "/open.jpg"
        return self.headers["Authorization"] == AUTHORIZATION and SECRET in self.path

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serving() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def pages(server: Server, number: int) -> bytes:
    images = f"http://img:f{SECRET}@{server.host}"
    body = PAGE.format(images=images, SECRET=SECRET).replace('alt="', f'alt="{number}: ')
    return record(body, url=f"http://p:g{SECRET}@site.example/{number}?token=h{SECRET}")


def everything_in(folder: Path) -> Iterator[tuple[str, bytes]]:
    """The bytes of all files, packed and unpacked, with their names."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        data = path.read_bytes()
        yield str(path), str(path).encode() + data
        if path.suffix == ".parquet":
            table = pq.read_table(io.BytesIO(data))
            yield str(path), repr(table.to_pylist()).encode()
            yield str(path), repr(table.schema.metadata).encode()
        if path.suffix == ".gz":
            yield str(path), gzip.decompress(data)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of all that was left, and what was said: stdout and stderr."""
    home = tmp_path_factory.mktemp("secrets")
    folder, conf = home / "left", home / "conf"
    for each in (folder / "events", folder / "run", conf):
        each.mkdir(parents=True)
    (conf / "spark-defaults.conf").write_text(
        f"spark.eventLog.enabled true\nspark.eventLog.compress false\n"
        f"spark.eventLog.dir {(folder / 'events').as_uri()}\n"
    )
    (folder / "run.yaml").write_text(RECIPE.format(store=folder / "store"))
    with serving() as server:
        server.files = {f"/{name}.warc.gz": pages(server, n) for n, name in enumerate("ab", 1)}
        server.files |= {"/signed": b"", "/open.jpg": picture(), "/closed.jpg": picture()}
        at = f"{server.host}/list.paths?X-Goog-Signature=i{SECRET}"
        given = [str(folder / "run"), f"http://{USER}@{at}", f"http://me:wrong{SECRET}@{at}"]
        given.append(f"http://{server.host}/signed")
        said = subprocess.run(
            [*program(__file__, "secrets"), *given],
            env=os.environ | {"SPARK_CONF_DIR": str(conf)},
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
    return folder, said.stdout


def test_no_secret_is_left_anywhere(done: tuple[Path, str]) -> None:
    folder, said = done
    hidden = (SECRET.encode(), base64.b64encode(USER.encode()))

    found = {name for name, data in everything_in(folder) if any(one in data for one in hidden)}

    assert not found
    assert not [line for line in said.splitlines() if any(one.decode() in line for one in hidden)]


def test_what_was_looked_at_is_what_a_run_leaves(done: tuple[Path, str]) -> None:
    folder, said = done
    names = [name for name, _ in everything_in(folder)]

    assert {Path(name).suffix for name in names} >= {".parquet", ".tar", ".json", ".html"}
    assert any("/events/" in name for name in names)
    assert any("/store/" in name for name in names)
    assert b"open.jpg" in b"".join(data for name, data in everything_in(folder) if ".tar" in name)
    assert "the server says 403 Forbidden" in said
    assert "missing file" in (folder / "run" / "report.html").read_text("utf-8")


def test_a_job_goes_on_and_is_done_whoever_signed_its_source(done: tuple[Path, str]) -> None:
    folder, said = done
    report = json.loads((folder / "run" / "extract.json").read_text("utf-8"))

    assert "extract: resumes where it was stopped: 2 of 3 parts are there" in said
    assert said.count("exit 3") == 1
    assert "extract: done before, nothing changed (6 pairs)" in said
    assert report["fingerprint"]["input"]["source"].endswith("/list.paths")
    assert said.count("exit 2") == 1
