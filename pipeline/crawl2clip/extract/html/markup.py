"""Cut the bytes of a page into tags and comments, as the HTML standard does.

https://html.spec.whatwg.org/multipage/parsing.html#tokenization
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

_S = rb"[ \t\n\f\r]"


def _attribute(most: bytes) -> bytes:
    """Return a pattern of an attribute.

    Each alternative ends where a tokenizer sees its end, or where the page ends. most: how often a
    character of a name or unquoted value may be repeated.
    """
    value = rb"\"[^\"]*+(?:\"|\Z)|'[^']*+(?:'|\Z)|(?=>)|[^ \t\n\f\r>\"'][^ \t\n\f\r>]%b+|\Z" % most
    return rb"[^ \t\n\f\r/>][^ \t\n\f\r/>=]%b+(?:%b*+=%b*+(?:%b))?+" % (most, _S, _S, value)


_ATTRIBUTES = re.compile(_attribute(b"*"))
MARKUP = re.compile(
    rb"<!--(?:-?>|.*?(?:--!?>|\Z))|</>|<(?:[!?]|/(?=[^a-zA-Z>]))[^>]*+>?"
    rb"|<(/?)([a-zA-Z][^ \t\n\f\r/>]*+)((?:[ \t\n\f\r/]++|%b)*+)(?:>|\Z)" % _attribute(b"*"),
    re.DOTALL,
)
# Elements whose content is text up to their own end tag.
RAW = frozenset(b"script style title textarea iframe noembed noframes xmp".split())
_RAW_ENDS = {name: re.compile(rb"</%b(?=[ \t\n\f\r/>])" % name, re.IGNORECASE) for name in RAW}
_IN_SCRIPT = re.compile(rb"<!--|-->|<(/?)script(?=[ \t\n\f\r/>])", re.IGNORECASE)


class Tag(NamedTuple):
    """Represents a tag. name: in lower case. attributes: all bytes between the name and its end."""

    name: bytes
    attributes: bytes
    is_end: bool

    def is_self_closing(self) -> bool:
        """Return whether it ends in `/>`; an unquoted value may end in a slash, too."""
        return self.attributes.endswith(b"/") and not _ends_in_value(self.attributes)


def tag_of(markup: "re.Match[bytes]") -> Tag | None:
    """Return the tag that a match of `MARKUP` stands for, or None for a comment."""
    name = markup[2]
    return Tag(name.lower(), markup[3], bool(markup[1])) if name else None


def attribute_count(attributes: bytes) -> int:
    """Count the attributes of a tag, duplicates included."""
    return sum(1 for _ in _ATTRIBUTES.finditer(attributes))


def with_attributes(names: Iterable[str], count: str) -> "re.Pattern[bytes]":
    """Return a pattern for what may be the start of a tag of these names with so many attributes.

    It may be tried at each `<`, whatever that one is, for it stops early: a long word counts as
    several attributes.
    """
    word = rb"(?:[ \t\n\f\r/]*+%b){%b}" % (_attribute(b"{0,255}"), count.encode())
    start = "|".join(names).encode()
    return re.compile(rb"<(?:%b)(?=[ \t\n\f\r/>])(?=(%b))" % (start, word), re.IGNORECASE)


def raw_end(html: bytes, name: bytes, start: int) -> int:
    """Return the offset of the end tag of a raw text element; the page's end if there is none."""
    if name == b"script":
        return _script_end(html, start)
    end = _RAW_ENDS[name].search(html, start)
    return end.start() if end else len(html)


def _script_end(html: bytes, start: int) -> int:
    """Return the offset of a script's end tag; a comment in a script may hide one script."""
    is_escaped = is_doubly = False
    at = start
    while found := _IN_SCRIPT.search(html, at):
        at = found.end()
        if found[0] == b"<!--":
            is_escaped = True
            at -= 2  # the dashes may also be those of "-->"
        elif found[0] == b"-->":
            is_escaped = is_doubly = False
        elif not found[1]:
            is_doubly = is_escaped
        elif is_doubly:
            is_doubly = False
        else:
            return found.start()
    return len(html)


def _ends_in_value(attributes: bytes) -> bool:
    last = b""
    for found in _ATTRIBUTES.finditer(attributes):
        last = found[0]
    return last.endswith(b"/")
