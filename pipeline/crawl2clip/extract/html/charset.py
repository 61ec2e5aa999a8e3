"""Decode the bytes of a page as a browser would, and encode them in UTF-8."""

import codecs
import re
from functools import lru_cache

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
