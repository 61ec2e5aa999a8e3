"""Bodies free of what they travelled in."""

import gzip
import io
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from fastwarc.stream_io import BrotliWriter, ZstdWriter

from crawl2clip.extract.archives.body import decoded_body, looks_like_html
from crawl2clip.extract.archives.page import PageError

HTML = b"<html><img src=a alt=dog>" + b"woof " * 50
MOST = 10_000


def body(stored: bytes, transfer: str = "", content: str = "") -> bytes:
    return decoded_body(stored, transfer, content, MOST)


def brotli(data: bytes) -> bytes:
    out = io.BytesIO()
    with BrotliWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


def zstd(data: bytes) -> bytes:
    out = io.BytesIO()
    with ZstdWriter(out) as writer:
        writer.write(data)
    return out.getvalue()


def bare_deflate(data: bytes) -> bytes:
    return zlib.compress(data)[2:-4]


@pytest.mark.parametrize(
    ("stored", "coding"),
    [
        (HTML, ""),
        (HTML, "identity"),
        (HTML, "utf-8"),
        (gzip.compress(HTML), "gzip"),
        (gzip.compress(HTML), "X-GZIP"),
        (zlib.compress(HTML), "deflate"),
        (bare_deflate(HTML), "deflate"),
        (brotli(HTML), "br"),
        (zstd(HTML), "zstd"),
        (gzip.compress(brotli(HTML)), "br, gzip"),
        # stored decoded, the header left as it was
        (HTML, "gzip"),
        (HTML, "br"),
        (HTML, "deflate"),
        (b"\n " + HTML, "gzip"),
    ],
)
def test_undoes_content_codings(stored: bytes, coding: str) -> None:
    assert body(stored, content=coding).lstrip() == HTML


def test_what_a_cut_body_still_holds_is_kept() -> None:
    whole = bytes(range(256)) * 20

    part = body(gzip.compress(whole)[:-100], content="gzip")

    assert 0 < len(part) < len(whole)
    assert whole.startswith(part)


@pytest.mark.parametrize("coding", ["gzip", "br", "zstd", "deflate", "br, gzip, br"])
def test_neither_what_the_header_says_nor_html_is_a_page_error(coding: str) -> None:
    with pytest.raises(PageError, match=r"^undecodable page: "):
        body(b"\x00\xff\x01 neither", content=coding)


@pytest.mark.parametrize(
    ("pack", "coding"),
    [
        (gzip.compress, "gzip"),
        (zlib.compress, "deflate"),
        (bare_deflate, "deflate"),
        (brotli, "br"),
        (zstd, "zstd"),
    ],
)
def test_a_bomb_is_unpacked_only_to_see_that_it_is_too_large(
    pack: Callable[[bytes], bytes], coding: str
) -> None:
    bomb = pack(bytes(20_000_000))

    tracemalloc.start()
    assert len(body(bomb, content=coding)) == MOST + 1
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak_bytes < 1_000_000


def test_a_body_that_is_too_long_is_cut_behind_the_byte_that_shows_it() -> None:
    assert len(body(bytes(MOST + 5))) == MOST + 1
    assert len(body(bytes(MOST))) == MOST


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (b"3;name=value\r\nabc\r\nA \r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n", b"abc0123456789"),
        (b"3\nabc\n0\n\n", b"abc"),
        (b"0\r\n\r\n", b""),
        (b"3\r\nabc", b"abc"),  # cut behind a whole chunk
        (b"3\r\nabc\r\n9\r\nde", b"abcde"),  # cut within one
        (b"<p>not chunked", b"<p>not chunked"),
        (b"a\r\nnot chunked but starting with what could be a size", None),
        (b"", b""),
    ],
)
def test_joins_chunks(stored: bytes, expected: bytes | None) -> None:
    assert body(stored, transfer="Chunked") == (stored if expected is None else expected)


def test_chunks_of_a_compressed_page() -> None:
    packed = gzip.compress(HTML)
    stored = b"%x\r\n%s\r\n%x\r\n%s\r\n0\r\n\r\n" % (7, packed[:7], len(packed) - 7, packed[7:])

    assert body(stored, transfer="chunked", content="gzip") == HTML


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (b"<!DOCTYPE html>", True),
        (b"\xef\xbb\xbf \n<HTML lang=en>", True),
        (b"<!-- hi -->", True),
        (b"<p>", True),
        (b"<pre>", False),
        (b"%PDF-1.4 <html>", False),
        (b"plain text", False),
        (b"", False),
    ],
)
def test_looks_like_html(start: bytes, expected: bool) -> None:
    assert looks_like_html(start) is expected
