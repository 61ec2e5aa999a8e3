"""Pages made to keep a parser busy for hours: parsing is quadratic in two things.

The checks must cost next to nothing for an honest page, so they look closer only where something
is odd. The limits lie far above what pages have: their depth is below a hundred, and so is the
number of attributes of a tag.
"""

import re
from collections.abc import Iterator

import numpy as np

from pipeline.extract.page import PageError

MOST_DEPTH = 1_000
MOST_ATTRIBUTES = 2_000

# Up to so many tags even the deepest page takes less than a second.
_MANY_TAGS = 20_000
# Fewer attributes than fit into this take no time to speak of.
_STRIDE_BYTES = 8_192

_TAG = re.compile(
    rb"<!--.*?(?:-->|\Z)|<(script|style|title|textarea)\b.*?(?:</\1|\Z)|<(/?)([a-z][^\s/>]*+)",
    re.IGNORECASE | re.DOTALL,
)
_TAG_NAME = re.compile(rb"<[a-zA-Z][^\s/>]*+")
_ATTRIBUTE = re.compile(
    rb"[\s/]*+[^\s/>=][^\s/>=]*+(?:\s*+=\s*+(?:\"[^\"]*+\"|'[^']*+'|[^\s>\"'][^\s>]*+))?"
)

# Elements that have no end, or end without being told when the next one starts.
_FLAT = frozenset(
    b"area base br col embed hr img input link meta param source track wbr image p li dt dd option"
    b" optgroup tr tbody thead tfoot colgroup rp rt html head body".split()
)
_CELLS = frozenset(b"td th caption".split())
# No end closes anything outside of these.
_WALLS = frozenset(b"table object applet marquee template svg math".split())
# What only the parser's own elements may end over: the end of any other within one is ignored.
_SPECIAL = _WALLS | frozenset(
    b"address article aside blockquote button center details dialog dir div dl fieldset figcaption"
    b" figure footer form frameset h1 h2 h3 h4 h5 h6 header hgroup iframe main menu nav noembed"
    b" noframes noscript ol pre search section select summary ul".split()
)
# They go on behind the end of what they stand in, until their own; of equal ones up to three.
_FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
_MOST_EQUAL = 3


def refuse_bomb(html: bytes) -> None:
    """Raise PageError if parsing would take very long."""
    if len(html) > 3 * _MANY_TAGS and _tags(html) > _MANY_TAGS and _is_deep(html):
        raise PageError(f"page too deep: more than {MOST_DEPTH} elements in each other")
    if any(_has_many_attributes(html, at) for at in _odd_places(html)):
        raise PageError(f"too many attributes: more than {MOST_ATTRIBUTES} in a tag")


def _tags(html: bytes) -> int:
    """How many there may be; five times as fast as `bytes.count`, which stops at each."""
    return int(np.count_nonzero(np.frombuffer(html, np.uint8) == ord("<")))


def _is_deep(html: bytes) -> bool:
    """Whether elements stand in each other deeper than `MOST_DEPTH`, more or less."""
    blocks: list[bytes] = []
    formatting: list[bytes] = []  # the whole tags
    for tag in _TAG.finditer(html):
        name = (tag[3] or b"").lower()
        if not name or name in _FLAT:
            continue
        if name in _CELLS:
            if b"table" in blocks:
                formatting.clear()
        elif name in _FORMATTING:
            _format(formatting, name, html[tag.start() : tag.end() + 100], bool(tag[2]))
        elif tag[2]:
            _close(blocks, name)
        else:
            blocks.append(name)
        if len(blocks) + len(formatting) > MOST_DEPTH:
            return True
    return False


def _format(formatting: list[bytes], name: bytes, tag: bytes, is_end: bool) -> None:
    tag = tag.partition(b">")[0].lower()
    if not is_end:
        if formatting.count(tag) < _MOST_EQUAL:
            formatting.append(tag)
        return
    for place in range(len(formatting) - 1, -1, -1):
        if _TAG_NAME.match(formatting[place])[0] == b"<" + name:  # type: ignore[index]
            del formatting[place]
            return


def _close(blocks: list[bytes], name: bytes) -> None:
    """Take away what the end of `name` closes, as a parser does."""
    stops = _WALLS if name in _SPECIAL else _SPECIAL
    for place in range(len(blocks) - 1, -1, -1):
        if blocks[place] == name:
            del blocks[place:]
            return
        if blocks[place] in stops:
            return


def _odd_places(html: bytes) -> Iterator[int]:
    """Where the tags or texts start that go on for long without a `<`."""
    at = 0
    while at + _STRIDE_BYTES < len(html):
        if html.find(b"<", at, at + _STRIDE_BYTES) < 0:
            yield max(0, html.rfind(b"<", 0, at))
            at = html.find(b"<", at)
            if at < 0:
                return
        at += _STRIDE_BYTES


def _has_many_attributes(html: bytes, at: int) -> bool:
    tag = _TAG_NAME.match(html, at)
    count = 0
    while tag and count <= MOST_ATTRIBUTES:
        tag = _ATTRIBUTE.match(html, tag.end())
        count += 1
    return count > MOST_ATTRIBUTES
