"""A WARC record -> the page it holds, by a reader that takes headers as they come."""

from fastwarc.warc import HeaderMap, WarcRecord, WarcRecordType

from pipeline.extract.page import HTML_TYPES, WAT_TYPE, Broken, Found, Page, plain_type

_WAT_TYPES = (WAT_TYPE,)
_ROBOTS = "x-robots-tag"


def page_of_record(
    record: WarcRecord, offset: int | None, max_bytes: int, length: int | None = None
) -> Found | None:
    """The record as a page, None if it is none that we want."""
    headers, types = _headers(record)
    if headers is None:
        return None
    # Each look into a HeaderMap goes through all of it.
    of_page = {name.lower(): value for name, value in headers.astuples()}
    content_type = of_page.get("content-type", "")
    if plain_type(content_type) not in types:
        return None
    expected = record.content_length
    body = b"" if expected > max_bytes else record.reader.read()
    if len(body) < expected <= max_bytes:
        return Broken(offset, f"truncated record: {len(body)} of {expected} bytes")
    return Page(
        offset=offset,
        date=record.record_date,
        url=(record.headers.get("WARC-Target-URI") or "").strip("<>"),  # wget puts it in <>
        content_type=content_type,
        transfer_encoding=of_page.get("transfer-encoding", ""),
        content_encoding=of_page.get("content-encoding", ""),
        body=body,
        length=length,
        record_id=record.record_id or None,
        robots_tags=tuple(headers.get_multiple(_ROBOTS)) if _ROBOTS in of_page else (),
        tdm_reservation=of_page.get("tdm-reservation"),
        problem=f"page too large: {expected} bytes" if expected > max_bytes else None,
    )


def _headers(record: WarcRecord) -> tuple[HeaderMap | None, tuple[str, ...]]:
    """The headers that say what the page is, and the types that are wanted; None for no page."""
    kind = record.record_type
    if kind == WarcRecordType.response:
        record.parse_http(quirks_mode=True)  # some servers end lines with LF alone
        http = record.http_headers
        return (http if http is not None and http.status_code == 200 else None), HTML_TYPES
    if kind == WarcRecordType.metadata:
        return record.headers, _WAT_TYPES
    return (record.headers if kind == WarcRecordType.resource else None), HTML_TYPES
