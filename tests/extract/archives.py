"""WARC bytes for the tests, made record by record as crawlers make them."""

import io
import random
import string
from collections.abc import Sequence

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawl2clip.extract.rows.archive_pairs import Row, Settings, pairs_in_file

PAGE = "http://x.example/p/page.html"
HTML = "text/html; charset=utf-8"
DATE = "2024-02-29T12:34:56Z"


def record(
    body: str | bytes = "",
    url: str = PAGE,
    content_type: str | None = HTML,
    status: str = "200 OK",
    headers: Sequence[tuple[str, str]] = (),
    kind: str = "response",
    gzip: bool = True,
) -> bytes:
    """One record with the framing and, if `gzip`, in a gzip member of its own."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    is_http = kind in ("response", "revisit")
    typed = [("Content-Type", content_type)] if content_type else []
    payload = io.BytesIO(body.encode() if isinstance(body, str) else body)
    http = StatusAndHeaders(status, [*typed, *headers], protocol="HTTP/1.1")
    made = writer.create_warc_record(
        url,
        kind,
        payload=payload,
        http_headers=http if is_http else None,
        warc_content_type="" if is_http else content_type or "",
        warc_headers_dict={"WARC-Date": DATE, "WARC-Record-ID": f"<urn:x:{len(body)}>"},
    )
    writer.write_record(made)
    return out.getvalue()


def numbered(n: int, gzip: bool = True, size: int = 200) -> bytes:
    """A page with one image, n.jpg, called `picture n`, and `size` bytes that hardly compress."""
    filler = "".join(random.Random(n).choices(string.ascii_letters, k=size))
    body = f"<img src=/{n}.jpg alt='picture {n}'><p>{filler}"
    return record(body, url=f"http://x.example/{n}", gzip=gzip)


def rows(data: bytes, max_page_bytes: int = 10_000_000) -> list[Row]:
    return list(
        pairs_in_file("a.warc.gz", io.BytesIO(data), Settings(max_page_bytes=max_page_bytes))
    )


def pairs(data: bytes) -> list[tuple[str | None, str | None]]:
    """(url, text) of all rows; the tests that use it want no problem among them."""
    found = rows(data)
    assert [row.problem for row in found if row.problem] == []
    return [(row.url, row.text) for row in found]


def problems(data: bytes) -> list[str | None]:
    """What was found: the text of good rows, the kind of problem of the others."""
    return [row.problem.partition(":")[0] if row.problem else row.text for row in rows(data)]
