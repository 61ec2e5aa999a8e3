"""Undo the chunking and compression of a response body."""

import io
import re
import zlib

from crawl2clip.extract.archives.page import PageError
from crawl2clip.extract.archives.recovery import panics_as_damage

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
    """Return the decoded body, at most `most` + 1 bytes; the extra byte shows that there is more.

    Many crawlers store bodies decoded and leave the headers unchanged, so a body that contradicts
    its headers but is HTML is returned as it is. Raises PageError for a body that is neither.
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
    """Return whether a browser would sniff the body as HTML, with no declared type."""
    return _HTML_START.match(body) is not None


def _unchunked(body: bytes) -> bytes:
    """Join the chunks up to the first malformed one; leave a body alone that starts with none."""
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
    """Undo one content coding; leave the body as it is for an unknown one: `utf-8` is common."""
    from fastwarc.stream_io import BrotliReader, GzipReader, ZstdReader

    readers = {"gzip": GzipReader, "x-gzip": GzipReader, "br": BrotliReader, "zstd": ZstdReader}
    if coding == "deflate":
        return _inflated(body, most)
    if coding not in readers or not body:
        return body
    decoded: bytes = readers[coding](io.BytesIO(body)).read(most + 1)
    return decoded


def _inflated(body: bytes, most: int) -> bytes:
    """Inflate a zlib stream, as the standard demands, or raw deflate, as many servers send."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS).decompress(body, most + 1)
    except zlib.error:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(body, most + 1)
