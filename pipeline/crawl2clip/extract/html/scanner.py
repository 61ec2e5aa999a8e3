"""The events of a page, by the native scanner where it is sure, else by the parser.

The scanner follows the rules by which a parser opens and closes elements, but builds no tree. Where
the tree would decide (an image in a table but in no cell, say), it names its doubt, and the parser
is asked: for every page both find the same. A machine without a C compiler has no scanner, and
always asks the parser.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal, NamedTuple

from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html.lexbor_events import EVENTS, Event
from crawl2clip.extract.html.page_model import Image

try:
    from crawl2clip.extract.native import _scanner
except ImportError:
    _scanner = None  # type: ignore[assignment]

# In place of one `img` or more, with their texts, links and headings.
Finished = tuple[Literal["images"], list[Image], None]
OddImage = Callable[[str | None, tuple[tuple[str, str], ...]], Image | None]
_TOLD_TEXTS = frozenset({"alt", "title"})
# Parsers turn <image> into <img>.
_ANY_IMAGE = re.compile(rb"<im(?:g|age)", re.IGNORECASE)


class Finish(NamedTuple):
    """Which images the scanner may finish, and leave out if they have no text.

    texts: those of the `img` that are wanted; none to finish none. places: where links may stand,
    besides `src`. most: after so many images no more are finished or left out.
    """

    texts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    most: int = 0


NONE = Finish()


def is_built() -> bool:
    """Whether this machine has the native scanner."""
    return _scanner is not None


def has_image(html: bytes) -> bool:
    """Whether there may be an `img` in the page; the search stops at the first."""
    return _scanner.has_image(html) if is_built() else _ANY_IMAGE.search(html) is not None


def events(
    html: bytes, wanted: frozenset[str] = EVENTS, finish: Finish = NONE
) -> Iterable[Event | Finished]:
    """The events whose names are wanted. Raises PageError if the parser is asked and gives up."""
    found = scanned(html, wanted, finish)
    return parser.events(html, wanted) if isinstance(found, str) else found


def scanned(
    html: bytes, wanted: frozenset[str] = EVENTS, finish: Finish = NONE
) -> list[Event | Finished] | str:
    """The events by the scanner, or why the parser has to be asked."""
    if not is_built():
        return "no scanner on this machine"
    texts, places = _bits(finish.texts, "OWN_TEXTS"), _bits(finish.places, "LINK_PLACES")
    return _scanner.events(html, _bits(wanted, "WANTED"), texts, places, finish.most)


def told_images(
    links: Sequence[object],
    kind: type,
    texts: frozenset[str],
    decode: Callable[[str], str] | None,
    odd: OddImage,
) -> list[Image]:
    """The images among the links, which are those of that type, with one of the texts.

    They have url, alt and title. decode: what replaces character references, None if that has been
    done. odd: says what an image comes to whose url is not plain.
    """
    bits = _bits(texts & _TOLD_TEXTS, "OWN_TEXTS")
    return _scanner.told_images(links, kind, bits, decode, odd)


@lru_cache
def _bits(names: frozenset[str], order: str) -> int:
    return sum(1 << bit for bit, name in enumerate(getattr(_scanner, order)) if name in names)
