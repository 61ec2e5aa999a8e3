"""Read the events of a page with the native scanner where it is sure, else with the parser.

The scanner follows the rules by which a parser opens and closes elements, but builds no tree. Where
the tree would decide (an image in a table but in no cell, say), it bails out with a reason, and the
parser reads the page: for every page both give the same events. A machine without a C compiler has
no scanner, and always uses the parser.
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
_LINKED_TEXTS = frozenset({"alt", "title"})
# Parsers turn <image> into <img>.
_ANY_IMAGE = re.compile(rb"<im(?:g|age)", re.IGNORECASE)


class Finish(NamedTuple):
    """Chooses the images that the scanner may finish, and leave out if they have no text.

    texts: the wanted texts of the `img`; none to finish none. places: where links may stand,
    besides `src`. most: after so many images no more are finished or left out.
    """

    texts: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    most: int = 0


NONE = Finish()


def is_built() -> bool:
    """Return whether this machine has the native scanner."""
    return _scanner is not None


def has_image(html: bytes) -> bool:
    """Return whether there may be an `img` in the page; the search stops at the first."""
    return _scanner.has_image(html) if is_built() else _ANY_IMAGE.search(html) is not None


def events(
    html: bytes, wanted: frozenset[str] = EVENTS, finish: Finish = NONE
) -> Iterable[Event | Finished]:
    """Return the events whose names are wanted.

    Raises PageError if the page needs the parser, and that gives up.
    """
    found = scanned(html, wanted, finish)
    return parser.events(html, wanted) if isinstance(found, str) else found


def scanned(
    html: bytes, wanted: frozenset[str] = EVENTS, finish: Finish = NONE
) -> list[Event | Finished] | str:
    """Return the scanner's events, or the reason why the page needs the parser."""
    if not is_built():
        return "no scanner on this machine"
    texts, places = _bits(finish.texts, "OWN_TEXTS"), _bits(finish.places, "LINK_PLACES")
    return _scanner.events(html, _bits(wanted, "WANTED"), texts, places, finish.most)


def linked_images(
    links: Sequence[object],
    kind: type,
    texts: frozenset[str],
    decode: Callable[[str], str] | None,
    odd: OddImage,
) -> list[Image]:
    """Return the images among the links, which are those of type `kind`, with one of the texts.

    They have url, alt and title. decode: replaces character references, None if that has been
    done. odd: makes the image whose url is not plain.
    """
    bits = _bits(texts & _LINKED_TEXTS, "OWN_TEXTS")
    return _scanner.linked_images(links, kind, bits, decode, odd)


@lru_cache
def _bits(names: frozenset[str], order: str) -> int:
    return sum(1 << bit for bit, name in enumerate(getattr(_scanner, order)) if name in names)
