"""Define what reading an archive yields: pages, and places that cannot be read."""

from datetime import datetime
from typing import NamedTuple

# A page that does not say its type may be HTML; its bytes decide.
HTML_TYPES = ("", "text/html", "application/xhtml+xml")
# Of the metadata records in a WAT file, each of which describes a record of a WARC file.
WAT_TYPE = "application/json"


class PageError(ValueError):
    """Reports that the bytes of one page can't be decoded; the message is its 'kind: detail'."""


class Unreadable(NamedTuple):
    """Marks a place in an archive that gives no page; `problem` is 'kind: detail'.

    offset: where the unreadable bytes start, None where the archive does not show it.
    """

    offset: int | None
    problem: str


class Page(NamedTuple):
    """Holds an HTML response as it was stored: still chunked, compressed and in its charset.

    offset, length: where its record starts in the file, and its bytes there. Both are None, but for
    the offset of the first, in a file compressed as a whole: such a record can't be read without
    all before it. length is also None if damage follows the record. robots_tags: the values of all
    X-Robots-Tag headers. tdm_reservation: the value of that header. problem: why the body was left
    out; None if it was not.
    """

    offset: int | None
    date: datetime | None
    url: str
    content_type: str
    transfer_encoding: str
    content_encoding: str
    body: bytes
    length: int | None = None
    record_id: str | None = None
    robots_tags: tuple[str, ...] = ()
    tdm_reservation: str | None = None
    problem: str | None = None


ArchiveItem = Page | Unreadable


def plain_type(content_type: str | None) -> str:
    """Return the media type without parameters: `Text/HTML; charset=x` gives `text/html`."""
    return (content_type or "").partition(";")[0].strip().lower()
