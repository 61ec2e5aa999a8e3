"""Build the object Envelope of a WAT record: headers of the record and of HTTP, and links."""

from typing import Any

from crawl2clip.synthetic_web.wat_links import html_metadata


def envelope(record: Any, charset: str) -> dict[str, Any]:
    """Describe a record read by warcio; a page's text is decoded as `charset`."""
    warc = record.rec_headers
    payload: dict[str, Any] = {"Actual-Content-Type": warc.get_header("Content-Type")}
    if record.rec_type == "request":
        payload["HTTP-Request-Metadata"] = _request(record)
    elif record.rec_type == "response":
        payload["HTTP-Response-Metadata"] = _response(record, charset)
    else:
        payload["WARC-Info-Metadata"] = _info(record)
    payload |= {
        "Actual-Content-Length": warc.get_header("Content-Length"),
        "Trailing-Slop-Length": "4",
        "Block-Digest": warc.get_header("WARC-Block-Digest"),
    }
    return {
        "Payload-Metadata": payload,
        "Format": "WARC/1.0",
        "WARC-Header-Length": str(len(warc.to_bytes())),
        "WARC-Header-Metadata": dict(warc.headers),
    }


def _request(record: Any) -> dict[str, Any]:
    method, path, version = record.http_headers.protocol, *_request_line(record)
    return {
        "Request-Message": {"Method": method, "Path": path, "Version": version},
        **_http(record),
        "Entity-Trailing-Slop-Length": "0",
    }


def _request_line(record: Any) -> tuple[str, str]:
    # warcio takes the first word for the protocol, and leaves 'PATH VERSION' as the status line.
    path, _, version = record.http_headers.statusline.rpartition(" ")
    return path, version


def _response(record: Any, charset: str) -> dict[str, Any]:
    status, _, reason = record.http_headers.statusline.partition(" ")
    version = record.http_headers.protocol
    about = {
        "Response-Message": {"Status": status, "Version": version, "Reason": reason},
        **_http(record),
        "Entity-Trailing-Slop-Length": "0",
    }
    if (record.http_headers.get_header("Content-Type") or "").startswith("text/html"):
        html = record.content_stream().read().decode(charset, "replace")
        about["HTML-Metadata"] = html_metadata(html)
    return about


def _http(record: Any) -> dict[str, Any]:
    headers = record.http_headers
    length = int(record.rec_headers.get_header("Content-Length")) - len(headers.to_bytes())
    return {
        "Headers-Length": str(len(headers.to_bytes())),
        "Headers": dict(headers.headers),
        "Entity-Length": str(length),
        "Entity-Digest": record.rec_headers.get_header("WARC-Payload-Digest"),
    }


def _info(record: Any) -> dict[str, str]:
    text = record.content_stream().read().decode("utf-8")
    pairs = (line.partition(": ") for line in text.splitlines() if line)
    return {name: value for name, _, value in pairs}
