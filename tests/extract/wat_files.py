"""WAT bytes for the tests."""

import io
import json
from typing import Any

from crawl2clip.extract.rows.archive_pairs import Row, Settings, pairs_in_file
from tests.extract.archives import PAGE, record

WARC = "CC-MAIN-20190520000000-20190520030000-00007.warc.gz"
LATER = "CC-MAIN-20240517233122-20240518023122-00000.warc.gz"
RECORD_ID = "<urn:uuid:45da800f-8c1d-4a23-9442-b16aeef88906>"

Json = dict[str, Any]


def image(url: object = "/dog.jpg", alt: object = "a dog", **more: object) -> Json:
    return {"path": "IMG@/src", "url": url, "alt": alt, **more}


def page(
    *links: object,
    head: object = None,
    headers: Json | None = None,
    status: object = "200",
    warc: str | None = WARC,
    **html: object,
) -> Json:
    """What a WAT file says of the record at 93000 in `warc`, a page at PAGE with these links."""
    container = {"Compressed": True, "Offset": "93000", "Gzip-Metadata": {"Deflate-Length": "612"}}
    return {
        "Container": container | ({"Filename": warc} if warc else {}),
        "Envelope": {
            "WARC-Header-Metadata": {
                "WARC-Type": "response",
                "WARC-Target-URI": PAGE,
                "WARC-Date": "2019-05-20T01:02:03Z",
                "WARC-Record-ID": RECORD_ID,
            },
            "Payload-Metadata": {
                "HTTP-Response-Metadata": {
                    "Response-Message": {"Status": status, "Reason": "OK"},
                    "Headers": {"Content-Type": "text/html", **(headers or {})},
                    "HTML-Metadata": {"Head": head or {}, "Links": [*links], **html},
                }
            },
        },
    }


def body_of(described: Json) -> bytes:
    return json.dumps(described).encode()


def wat(*described: Json | bytes, gzip: bool = True) -> bytes:
    """A metadata record for each, as it is written into a WAT file."""
    bodies = [one if isinstance(one, bytes) else body_of(one) for one in described]
    return b"".join(
        record(body, content_type="application/json", kind="metadata", gzip=gzip) for body in bodies
    )


def rows(data: bytes, settings: Settings = Settings()) -> list[Row]:  # noqa: B008  frozen
    return list(pairs_in_file("a.warc.wat.gz", io.BytesIO(data), settings))


def pairs(*described: Json | bytes, settings: Settings = Settings()) -> list[tuple[str, ...]]:  # noqa: B008  frozen
    """(url, text) of all rows, or the problem."""
    found = rows(wat(*described), settings)
    return [(row.problem,) if row.problem else (row.url or "", row.text or "") for row in found]
