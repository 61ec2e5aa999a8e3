"""Crawl the sample's web over HTTP and record it with warcio, laid out as Common Crawl's files."""

import http.client
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from crawl2clip.synthetic_web.rng import uuid
from crawl2clip.synthetic_web.web import warc_date

NAME = "SAMPLE-20260105000000-{:05d}.warc.gz"
_HEADERS = {
    "User-Agent": "crawl2clip-sample/1.0",
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "en-US,en;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}
_INFO = {
    "isPartOf": "SAMPLE-2026-02",
    "publisher": "crawl2clip sample",
    "description": "A small web of our own making",
    "software": "warcio",
    "robots": "obeyed",
    "format": "WARC File Format 1.0",
}


@dataclass(frozen=True)
class Member:
    """Locates one record in its file: a gzip member from byte `start` to `end`."""

    url: str
    type: str
    start: int
    end: int


class Archive:
    """Records what is fetched in a WARC file: a request and a response record for each address.

    They stand in that order, as in Common Crawl, each a gzip member of its own. `seed` and
    `name`, the file's path in the sample, determine the record IDs.
    """

    def __init__(self, out: BinaryIO, name: str, seed: int, second: int) -> None:
        from warcio.warcwriter import WARCWriter

        self.members: list[Member] = []
        self._out, self._ids = out, (uuid(seed, name, number) for number in count())
        self._writer = WARCWriter(out, gzip=True)
        self._date = warc_date(second)
        info = self._writer.create_warcinfo_record(name.rsplit("/", 1)[-1], _INFO)
        self._info_id = next(self._ids)
        info.rec_headers.replace_header("WARC-Record-ID", self._info_id)
        self._write(info, "")

    def fetch(self, url: str, second: int) -> None:
        """Request the address, at that second of the crawl."""
        self._date = warc_date(second)
        recorded = _recording()
        with recorded.capture_http(self._writer, self._keep) as _:
            parts = urlsplit(url)
            connection = recorded.RecordingHTTPConnection(parts.hostname, parts.port, timeout=60)
            connection.request("GET", parts.path, headers=_HEADERS)
            connection.getresponse().read()
            connection.close()

    def _keep(self, request: Any, response: Any, recorder: Any) -> tuple[None, None]:
        """Write what warcio recorded, under our own dates and IDs; leave nothing for it to do."""
        url = response.rec_headers.get_header("WARC-Target-URI")
        for record in (request, response):
            record.rec_headers.replace_header("WARC-Record-ID", next(self._ids))
            record.rec_headers.add_header("WARC-Warcinfo-ID", self._info_id)
        request_id = request.rec_headers.get_header("WARC-Record-ID")
        response.rec_headers.add_header("WARC-Concurrent-To", request_id)
        self._write(request, url)
        self._write(response, url)
        return None, None

    def _write(self, record: Any, url: str) -> None:
        record.rec_headers.replace_header("WARC-Date", self._date)
        start = self._out.tell()
        self._writer.write_record(record)
        self.members.append(Member(url, record.rec_type, start, self._out.tell()))


def crawl(urls: list[str], path: Path, seed: int, second: int) -> list[Member]:
    """Fetch the addresses, one a second from `second` on, into one WARC file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        archive = Archive(out, f"{path.parent.name}/{path.name}", seed, second)
        for at, url in enumerate(urls, second + 1):
            archive.fetch(url, at)
    return archive.members


def _recording() -> Any:
    """Return warcio's module that records HTTP, without its effect on the rest of the process."""
    plain = http.client.HTTPConnection
    from warcio import capture_http

    # Importing it puts its own class there for every user of http.client.
    http.client.HTTPConnection = plain  # type: ignore[misc]
    return capture_http
