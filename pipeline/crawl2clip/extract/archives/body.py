"""The body of a response, free of the framing and compression it travelled in."""

import io
import re
import zlib

from crawl2clip.extract.archives.page import PageError
from crawl2clip.io.damage import panics_as_damage

_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")
_LINE_END = re.compile(rb"\r?\n|\Z")
# Tags that make a page of unknown type HTML: WHATWG, MIME sniffing, section 7.1.
_HTML_START = re.compile(
    rb"(?:\xef\xbb\xbf)?[\t\n\f\r ]*<(?:!--|(?:!doctype html|html|head|script|iframe|h1|div|font"
    rb"|table|a|style|title|b|body|br|p)[ >])",
    re.IGNORECASE,
)
# Two are seen on the web; a longer list is an attempt to make us work.
_MOST_CODINGS = 2


def decoded_body(body: bytes, transfer_encoding: str, content_encoding: str, most: int) -> bytes:
    """At most `most` bytes of the body and one more, which shows that it is longer.

    Many crawlers store bodies decoded and leave the headers as they were, so a body that is not
    what its headers say, but HTML, is taken as it is. Raises PageError for one that is neither.
    """
    if not transfer_encoding and not content_encoding:
        return body[: most + 1]
    if "chunked" in transfer_encoding.lower():
        body = _unchunked(body)
    codings = [name for name in re.split(r"[,\s]+", content_encoding.lower()) if name]
    if len(codings) > _MOST_CODINGS:
        raise PageError(f"undecodable page: {len(codings)} content codings")
    for coding in reversed(codings):
        body = _decompressed(body, coding, most)
    return body[: most + 1]


def looks_like_html(body: bytes) -> bool:
    """Whether a browser would take it for HTML if nothing said what it is."""
    return _HTML_START.match(body) is not None


def _unchunked(body: bytes) -> bytes:
    """The chunks joined, up to the first that is none; the body itself if it starts with none."""
    chunks, at = [], 0
    while size := _CHUNK_SIZE.match(body, at):
        end = size.end() + int(size[1], 16)
        line_end = _LINE_END.match(body, end) if end <= len(body) else None
        chunks.append(body[size.end() : end])
        if not line_end:
            break
        at = line_end.end()
    return b"".join(chunks) if at else body


def _decompressed(body: bytes, coding: str, most: int) -> bytes:
    try:
        with panics_as_damage():
            return _decode(body, coding, most)
    except (OSError, zlib.error) as error:
        if body.lstrip()[:1] == b"<":
            return body
        raise PageError(f"undecodable page: {coding}: {error}") from error


def _decode(body: bytes, coding: str, most: int) -> bytes:
    """The body undone, as it is for a coding that does not exist: `utf-8` and `none` are common."""
    from fastwarc.stream_io import BrotliReader, GzipReader, ZstdReader

    readers = {"gzip": GzipReader, "x-gzip": GzipReader, "br": BrotliReader, "zstd": ZstdReader}
    if coding == "deflate":
        return _inflated(body, most)
    if coding not in readers or not body:
        return body
    decoded: bytes = readers[coding](io.BytesIO(body)).read(most + 1)
    return decoded


def _inflated(body: bytes, most: int) -> bytes:
    """Deflate is a zlib stream by the standard, and a bare one by many servers."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS).decompress(body, most + 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, most + 1)
