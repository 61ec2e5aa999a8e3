"""Parse the attribute `srcset`, several files of one image, by the HTML standard.

https://html.spec.whatwg.org/multipage/images.html#parsing-a-srcset-attribute
"""

import math
import re
from collections.abc import Iterator
from itertools import islice

from crawl2clip.extract.html.page_model import Link

# More files of one image are noise; each would be repeated in every row of the image.
MOST_LINKS = 100
# Of links with an error, too: what is wrong so often has no end.
_MOST_PARTS = 1_000
_LARGEST_PX = 2**31 - 1

_SPACE = r"[ \t\n\f\r]"
_BEFORE = re.compile(r"[ \t\n\f\r,]*")
_LINK = re.compile(r"[^ \t\n\f\r]+")
# Within parentheses neither spaces nor commas end a descriptor; none uses them yet.
# Possessive: going back would take memory for each letter, a hundred times that of the text.
_DESCRIPTOR = re.compile(rf"{_SPACE}*+((?:[^ \t\n\f\r,(]++|\([^)]*+\)?)++)")
_WHOLE = re.compile(r"\d+", re.ASCII)
_NUMBER = re.compile(r"-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?", re.ASCII)


def links_in(srcset: str) -> list[Link]:
    """Return the links with their descriptors, in order; those with an error are left out.

    Differs from the standard in that a width beyond 2**31 is an error, in `MOST_LINKS`, and in that
    no more than a thousand are read.
    """
    links: list[Link] = []
    for href, descriptors in islice(_parts(srcset), _MOST_PARTS):
        link = _link(href, descriptors)
        if link:
            links.append(link)
        if len(links) == MOST_LINKS:
            break
    return links


def _parts(srcset: str) -> Iterator[tuple[str, list[str]]]:
    at = 0
    while found := _LINK.match(srcset, _end(_BEFORE.match(srcset, at))):
        href, at = found[0], found.end()
        descriptors = []
        if href.endswith(","):  # a comma within a link is part of it
            href = href.rstrip(",")
        else:
            while descriptor := _DESCRIPTOR.match(srcset, at):
                descriptors.append(descriptor[1])
                at = descriptor.end()
        yield href, descriptors


def _end(found: re.Match[str] | None) -> int:
    assert found is not None  # the pattern matches nothing, too
    return found.end()


def _link(href: str, descriptors: list[str]) -> Link | None:
    """Return the link, or None if its descriptors are invalid, unknown or contradictory."""
    values: dict[str, float] = {}
    for descriptor in descriptors:
        value = _value(descriptor)
        if value is None or descriptor[-1] in values:
            return None
        values[descriptor[-1]] = value
    if ("x" in values and len(values) > 1) or ("h" in values and "w" not in values):
        return None
    width = values.get("w")
    return Link(href, int(width) if width else None, values.get("x"))


def _value(descriptor: str) -> float | None:
    number, unit = descriptor[:-1], descriptor[-1]
    if unit in "wh" and _WHOLE.fullmatch(number):
        value = int(number) if len(number) <= 10 else _LARGEST_PX + 1
        return value if 0 < value <= _LARGEST_PX else None
    if unit == "x" and _NUMBER.fullmatch(number):
        density = float(number)
        return density if density >= 0 and math.isfinite(density) else None
    return None
