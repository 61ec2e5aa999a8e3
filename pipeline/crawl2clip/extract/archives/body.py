"""Decode the body of a response: undo chunking and compression, convert the charset to UTF-8."""

import codecs
import io
import re
import zlib
from functools import lru_cache

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

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_PARAMETER = re.compile(r"charset\s*=\s*[\"']?\s*([^\s\"';,]+)", re.IGNORECASE)
_META = re.compile(
    rb"<meta\s[^>]*?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)|<!--.*?-->", re.IGNORECASE | re.DOTALL
)
# The standard looks at 1,024 bytes, but browsers start again at a meta tag they meet later.
_META_BYTES = 8192
# What browsers understand by a label is more than the codec of that name, and than the one that
# resiliparse gives for it: https://encoding.spec.whatwg.org/#names-and-labels
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
    "iso8859-11": "cp874",
}


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


def utf8(body: bytes, content_type: str) -> bytes:
    """Return the page in UTF-8. A page in UTF-8 stays as it is: not every byte of it need be sound.

    The charset is that of the byte order mark, the header, the meta tag; else UTF-8 if the bytes
    allow it, else a guess from the bytes. U+FFFD replaces bytes that another charset can't decode.
    """
    bom, codec = _codec(body, content_type)
    if codec == "utf-8":
        return body[len(bom) :]
    return body[len(bom) :].decode(codec, errors="replace").encode()


@lru_cache(maxsize=1024)
def codec_of(label: str) -> str | None:
    """Return the Python codec for a charset label of the web, or None for an unknown label."""
    from resiliparse.parse.encoding import map_encoding_to_html5

    name: str | None = map_encoding_to_html5(label, False)
    return _WIDER.get(name, name) if name else None


def _codec(body: bytes, content_type: str) -> tuple[bytes, str]:
    for bom, codec in _BOMS:
        if body.startswith(bom):
            return bom, codec
    return b"", _from_header(content_type) or _from_meta(body) or _from_bytes(body)


def _from_header(content_type: str) -> str | None:
    found = _PARAMETER.search(content_type)
    return codec_of(found[1]) if found else None


def _from_meta(body: bytes) -> str | None:
    for found in _META.finditer(body, 0, _META_BYTES):
        codec = codec_of(found[1].decode("latin-1")) if found[1] else None
        if codec:  # the tag could be read as ASCII, so the page is not in UTF-16
            return "utf-8" if codec.startswith("utf-16") else codec
    return None


def _from_bytes(body: bytes) -> str:
    from resiliparse.parse.encoding import detect_encoding

    try:
        body.decode()
    except UnicodeDecodeError:
        return codec_of(detect_encoding(body) or "") or "cp1252"
    return "utf-8"
