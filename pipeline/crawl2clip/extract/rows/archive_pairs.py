"""An archive -> rows: the whole way of a pair, without Spark."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from crawl2clip.extract.archives.archive import found_in, open_archive
from crawl2clip.extract.archives.body import decoded_body, looks_like_html
from crawl2clip.extract.archives.page import WAT_TYPE, Broken, Found, Page, PageError, plain_type
from crawl2clip.extract.html.charset import utf8
from crawl2clip.extract.html.html import offers
from crawl2clip.extract.limits.page_budget import Budget
from crawl2clip.extract.limits.read_settings import DEFAULTS, Settings
from crawl2clip.extract.rows.pair_rows import Row, problem_row, rows_of, uid_of
from crawl2clip.extract.rows.unsigned_pages import unsigned_offers, unsigned_page
from crawl2clip.extract.wat.wat_page import Described, described
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import without_secrets

__all__ = ["Row", "Settings", "pairs_in_archive", "pairs_in_file", "uid_of"]

_LONGEST = 1_000  # letters of a problem with a path in it

Read = Callable[[str, BinaryIO, Settings], Iterator[Row]]


def pairs_in_archive(
    path: str, settings: Settings = DEFAULTS, read: Read | None = None
) -> Iterator[Row]:
    """Pairs and problems of one archive, in document order. Memory does not grow with the file.

    read: what reads the file once it is open, `pairs_in_file` if none is given.

    Last comes, for each reason why images were left out, a row with the problem
    `left out inline: 12345 with a text`; see `Offers.left_out`. The rows name the archive without
    user, password and signature.

    Raises OSError if the machine fails, so that the task can be tried again.
    """
    name = without_secrets(path)
    try:
        file = open_archive(path)
    except (FileNotFoundError, NotADirectoryError):
        yield Row(warc_file=name, problem=printable(f"missing file: {name}", _LONGEST))
        return
    except IsADirectoryError:
        yield Row(
            warc_file=name, problem=printable(f"unreadable file: {name} is a folder", _LONGEST)
        )
        return
    with file:
        yield from (read or pairs_in_file)(name, file, settings)


def pairs_in_file(path: str, file: BinaryIO, settings: Settings) -> Iterator[Row]:
    """The same for a file that is open and can be moved; `path` is only written into the rows."""
    left_out: Counter[str] = Counter()
    for found in found_in(file, settings.max_page_bytes):
        yield from _rows(path, found, settings, left_out)
    yield from left_out_rows(path, left_out)


def left_out_rows(path: str, left_out: Counter[str]) -> Iterator[Row]:
    """The last rows of an archive, one for each reason."""
    for reason in sorted(left_out):
        yield Row(warc_file=path, problem=f"left out {reason}: {left_out[reason]} with a text")


def _rows(path: str, found: Found, settings: Settings, left_out: Counter[str]) -> Iterable[Row]:
    if isinstance(found, Broken):
        return [Row(warc_file=path, warc_offset=found.offset, problem=printable(found.problem))]
    try:
        read = _read(path, found, settings)
    except PageError as error:
        page = unsigned_page(found) if settings.signed_urls == "strip" else found
        return [problem_row(path, page, printable(str(error)))]
    if not read:
        return []
    if read.offers.left_out:
        left_out.update(read.offers.left_out)
    if settings.signed_urls == "strip":
        page, offered = unsigned_page(read.page), unsigned_offers(read.offers)
        read = read._replace(page=page, offers=offered)
    return rows_of(*read)


def _read(path: str, page: Page, settings: Settings) -> Described | None:
    """The page, and what it offers; None if it is none. Raises PageError if it has a problem."""
    if page.problem:
        raise PageError(page.problem)
    if plain_type(page.content_type) == WAT_TYPE:
        return described(page.body, settings)
    html = _html(page, settings.max_page_bytes)
    if html is None:
        return None
    budget = Budget(len(html))
    return Described(path, page._replace(body=b""), offers(html, settings, budget), budget)


def _html(page: Page, most: int) -> bytes | None:
    """The page's HTML in UTF-8; None if it is none. Raises PageError if it has a problem."""
    body = decoded_body(page.body, page.transfer_encoding, page.content_encoding, most)
    if len(body) > most:
        raise PageError(f"page too large: more than {most} bytes unpacked")
    if not page.content_type and not looks_like_html(body):
        return None
    return utf8(body, page.content_type)
