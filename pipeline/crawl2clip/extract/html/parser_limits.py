"""Refuse pages made to keep a parser busy for hours: its time is quadratic in several things.

- elements that are open at once, and formatting elements reconstructed: see open_elements.py
- attributes of one tag, each of which is compared with those before it
- attributes of all `<html>` and `<body>` tags, which are merged into one element

The limits lie far above what pages have. The checks are linear, and next to nothing for an honest
page: a short one is not examined, whatever it has.
"""

import re

import numpy as np

from crawl2clip.extract.archives.page import PageError
from crawl2clip.extract.html.markup import (
    MARKUP,
    RAW,
    Tag,
    attribute_count,
    raw_end,
    tag_of,
    with_attributes,
)
from crawl2clip.extract.html.open_elements import ELEMENT_BYTES, FORMATTING, OpenElements

MOST_ATTRIBUTES = 500  # of a tag
MOST_MERGED = 5_000
MOST_TAGS = 500_000  # a tag and the text behind it take the parser 400 bytes,
MOST_ALL_ATTRIBUTES = 1_000_000  # and an attribute 220
MOST_FRAMESETS = 1_000  # which stand in each other, and end nowhere but at their own end tags

# What a page may have and be parsed in less than a second, whatever else it has; more of it only
# makes us look closer, which takes several times as long as parsing an honest page. Of 469 pages of
# the web 465 stay below.
_FEW_TAGS = 10_000
_FEW_ROOTS = 20  # `html`, `body` and `frameset`
_SHORT_BYTES = 32 << 10  # of a page, in which no tag has too many attributes
_FEW_MOVED = 2 << 30  # bytes times tags: how often a text may grow, and how long it may be
_FEW_MADE = 256 << 20  # bytes of formatting elements, if each tag would make all anew

_NAME = r"/?[a-z][^ \t\n\f\r/>]{0,255}"
_MANY_ATTRIBUTES = with_attributes([_NAME], str(MOST_ATTRIBUTES))
_ROOT = re.compile(rb"<(?:html|body)[ \t\n\f\r/]|<frameset", re.IGNORECASE)
_FRAMESET = re.compile(rb"<frameset", re.IGNORECASE)
_NOT_LINKS = sorted(FORMATTING - {b"a"})  # of which there is one at a time
_FORMATTING = with_attributes([name.decode() for name in _NOT_LINKS], f"0,{MOST_ATTRIBUTES}")
_CDATA = b"<![CDATA["
# Bytes behind which an attribute may start: white space, a slash, the end of a value.
_BEFORE_ATTRIBUTE = np.isin(np.arange(256), np.frombuffer(b" \t\n\f\r/\"'", np.uint8))


def refuse_bomb(html: bytes) -> None:
    """Raise PageError if parsing would take very long, or very much memory."""
    count = _tags(html)
    if count > MOST_TAGS:
        raise PageError(f"too many tags: {count}, more than {MOST_TAGS}")
    if _is_large(html, count) or _is_odd(html, count) or _may_have_all(html):
        _Reading(html).refuse()


def _tags(html: bytes) -> int:
    """Count the tags there may be; five times as fast as `bytes.count`, which stops at each."""
    return int(np.count_nonzero(np.frombuffer(html, np.uint8) == ord("<")))


def _is_large(html: bytes, tags: int) -> bool:
    return tags > _FEW_TAGS or tags * len(html) > _FEW_MOVED


def _may_have_all(html: bytes) -> bool:
    """Return whether all tags together may have more attributes than `MOST_ALL_ATTRIBUTES`."""
    if len(html) < 2 * MOST_ALL_ATTRIBUTES:  # the least that one takes, with a blank
        return False
    places = np.count_nonzero(_BEFORE_ATTRIBUTE[np.frombuffer(html, np.uint8)])
    return int(places) > MOST_ALL_ATTRIBUTES


def _is_odd(html: bytes, tags: int) -> bool:
    """Return whether a part of the page may be expensive; each `<` may start a tag."""
    if len(html) > _SHORT_BYTES and _MANY_ATTRIBUTES.search(html):
        return True
    if sum(1 for _ in _ROOT.finditer(html)) > _FEW_ROOTS:
        return True
    made = 0
    for found in _FORMATTING.finditer(html):
        made += tags * (ELEMENT_BYTES + 2 * len(found[1]))
        if made > _FEW_MADE:
            return True
    return False


class _Reading:
    """Reads the tags of a page once."""

    def __init__(self, html: bytes) -> None:
        self.html = html
        self.elements = OpenElements()
        self.merged = self.all_attributes = 0
        self.may_have_all = _may_have_all(html)

    def refuse(self) -> None:
        """Raise PageError at the place where the page exceeds a limit."""
        html, at = self.html, 0
        if sum(1 for _ in _FRAMESET.finditer(html)) > MOST_FRAMESETS:
            raise PageError(f"page too deep: more than {MOST_FRAMESETS} framesets")
        while found := MARKUP.search(html, at):
            if found.start() > at:
                self._text(at, found.start())
            at = found.end()
            tag = tag_of(found)
            if tag is None:
                at = self._no_tag(found.start(), at)
            elif tag.name == b"plaintext" and not tag.is_end and not self.elements.is_foreign():
                return
            else:
                at = self._tag(tag, at)

    def _text(self, start: int, end: int) -> None:
        self.elements.text(end - start, self.html[start:end].isspace())

    def _no_tag(self, start: int, end: int) -> int:
        """Return the end of a comment, which in SVG and MathML may be a text."""
        if self.html.startswith(_CDATA, start) and self.elements.is_foreign():
            stop = self.html.find(b"]]>", start)
            return stop + 3 if stop >= 0 else len(self.html)
        self.elements.comment()
        return end

    def _tag(self, tag: Tag, at: int) -> int:
        """Return the end of what belongs to the tag, such as the content of a raw text element."""
        if tag.attributes:
            self._refuse_attributes(tag)
        if tag.is_end:
            self.elements.end(tag)
            return at
        is_raw = tag.name in RAW and not self.elements.is_foreign()
        self.elements.start(tag)
        return raw_end(self.html, tag.name, at) if is_raw else at

    def _refuse_attributes(self, tag: Tag) -> None:
        is_merged = tag.name in (b"html", b"body")
        if len(tag.attributes) < 2 * MOST_ATTRIBUTES and not is_merged and not self.may_have_all:
            return
        count = attribute_count(tag.attributes)
        self.all_attributes += count
        if count > MOST_ATTRIBUTES:
            raise PageError(f"too many attributes: more than {MOST_ATTRIBUTES} in a tag")
        if self.all_attributes > MOST_ALL_ATTRIBUTES:
            raise PageError(f"too many attributes: more than {MOST_ALL_ATTRIBUTES} on the page")
        self.merged += count if is_merged else 0
        if self.merged > MOST_MERGED:
            raise PageError(f"too many attributes: more than {MOST_MERGED} of html and body")
