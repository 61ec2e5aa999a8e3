"""A page in UTF-8 -> candidates: images and the texts that might describe them."""

import re
from typing import NamedTuple

from pipeline.extract.page import PageError

# Parsers turn <image> into <img>. The search stops at the first, so it costs next to nothing.
_ANY_IMAGE = re.compile(rb"<[iI][mM](?:[gG]|[aA][gG][eE])")
_CONTROLS = {n: None for n in (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)) if n != 0x85}
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_UNPRINTABLE: dict[int, str | None] = _CONTROLS | _SURROGATES


class Candidate(NamedTuple):
    """An image as the page links it, and a text for it, white space collapsed, never empty."""

    link: str
    text: str
    text_source: str


class Found(NamedTuple):
    """base: the page's `<base href>`, None if it has none. candidates: in document order."""

    base: str | None
    candidates: list[Candidate]


def candidates(html: bytes) -> Found:
    """Images with a link and an alt text. Inline images (`data:`) are passed over.

    html: in UTF-8; U+FFFD stands for the bytes that are not. Raises PageError if the parser gives
    up.
    """
    if not _ANY_IMAGE.search(html):
        return Found(None, [])
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    try:
        tree = LexborHTMLParser(html)
    except SelectolaxError as error:
        raise PageError(f"undecodable page: {error}") from error
    images = (node.attributes for node in tree.css("img"))
    found = [c for attributes in images if (c := _candidate(attributes))]
    base = tree.css_first("base[href]") if found else None
    return Found(base.attributes["href"] if base else None, found)


def _candidate(attributes: dict[str, str | None]) -> Candidate | None:
    alt, link = attributes.get("alt"), attributes.get("src")
    if not alt or not link or link.lstrip()[:5].lower() == "data:":
        return None
    text = collapsed(alt)
    return Candidate(link, text, "alt") if text and link.strip() else None


def collapsed(text: str) -> str:
    """One space for each run of Unicode white space (the no-break space too), none at the ends.

    Control characters (C0, delete, C1) go, lone surrogates become U+FFFD.
    """
    if not text.isprintable():
        text = text.translate(_UNPRINTABLE)
    return " ".join(text.split())
