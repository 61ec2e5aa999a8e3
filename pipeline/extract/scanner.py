"""The events of a page, by the native scanner where it is sure, else by the parser.

The scanner follows the rules by which a parser opens and closes elements, but builds no tree. Where
the tree would decide (an image in a table but in no cell, say), it names its doubt, and the parser
is asked: for every page both find the same. A machine without a C compiler has no scanner, and
always asks the parser.
"""

from collections.abc import Iterable
from functools import lru_cache

from pipeline.extract import events as parser
from pipeline.extract.events import EVENTS, Event

try:
    from pipeline.extract import _scanner
except ImportError:
    _scanner = None  # type: ignore[assignment]


def is_built() -> bool:
    """Whether this machine has the native scanner."""
    return _scanner is not None


def events(html: bytes, wanted: frozenset[str] = EVENTS) -> Iterable[Event]:
    """The events whose names are wanted. Raises PageError if the parser is asked and gives up."""
    found = scanned(html, wanted)
    return parser.events(html, wanted) if isinstance(found, str) else found


def scanned(html: bytes, wanted: frozenset[str] = EVENTS) -> list[Event] | str:
    """The events by the scanner, or why the parser has to be asked."""
    if not is_built():
        return "no scanner on this machine"
    return _scanner.events(html, _bits(wanted))


@lru_cache
def _bits(wanted: frozenset[str]) -> int:
    return sum(1 << bit for bit, name in enumerate(_scanner.WANTED) if name in wanted)
