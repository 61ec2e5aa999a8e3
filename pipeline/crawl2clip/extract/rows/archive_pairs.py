"""Read an archive into rows: the whole way of a pair, without Spark."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from crawl2clip.extract.archives.archive import open_archive, read_archive
from crawl2clip.extract.archives.body import decoded_body, looks_like_html, utf8
from crawl2clip.extract.archives.page import (
    WAT_TYPE,
    ArchiveItem,
    Page,
    PageError,
    Unreadable,
    plain_type,
)
from crawl2clip.extract.html.page_collector import page_content
from crawl2clip.extract.limits.page_budget import Budget
from crawl2clip.extract.limits.read_settings import DEFAULTS, Settings
from crawl2clip.extract.rows.pair_rows import Row, problem_row, rows_of, uid_of
from crawl2clip.extract.rows.unsigned_pages import unsigned_content, unsigned_page
from crawl2clip.extract.wat.wat_page import DescribedPage, describe_page
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import without_secrets

__all__ = ["Row", "Settings", "pairs_in_archive", "pairs_in_file", "uid_of"]

_LONGEST = 1_000  # letters of a problem with a path in it

Read = Callable[[str, BinaryIO, Settings], Iterator[Row]]


def pairs_in_archive(
    path: str, settings: Settings = DEFAULTS, read: Read | None = None
) -> Iterator[Row]:
    """Yield pairs and problems of one archive, in document order, in bounded memory.

    read: reads the file once it is open; `pairs_in_file` by default.

    The last rows count, for each reason, the images left out, with the problem
    `left out inline: 12345 with a text`; see `PageContent.left_out`. The rows name the archive
    without user, password and signature.

    Raises OSError if the machine fails, so that the task can be retried.
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
    """Yield pairs and problems of an open, seekable file; `path` is only written into the rows."""
    left_out: Counter[str] = Counter()
    for found in read_archive(file, settings.max_page_bytes):
        yield from _rows(path, found, settings, left_out)
    yield from left_out_rows(path, left_out)


def left_out_rows(path: str, left_out: Counter[str]) -> Iterator[Row]:
    """Yield the last rows of an archive, one for each reason why images were left out."""
    for reason in sorted(left_out):
        yield Row(warc_file=path, problem=f"left out {reason}: {left_out[reason]} with a text")


def _rows(
    path: str, found: ArchiveItem, settings: Settings, left_out: Counter[str]
) -> Iterable[Row]:
    if isinstance(found, Unreadable):
        return [Row(warc_file=path, warc_offset=found.offset, problem=printable(found.problem))]
    try:
        read = _read(path, found, settings)
    except PageError as error:
        page = unsigned_page(found) if settings.signed_urls == "strip" else found
        return [problem_row(path, page, printable(str(error)))]
    if not read:
        return []
    if read.content.left_out:
        left_out.update(read.content.left_out)
    if settings.signed_urls == "strip":
        page, offered = unsigned_page(read.page), unsigned_content(read.content)
        read = read._replace(page=page, content=offered)
    return rows_of(*read)


def _read(path: str, page: Page, settings: Settings) -> DescribedPage | None:
    """Return the page and its content, None if not wanted. Raises PageError for a problem."""
    if page.problem:
        raise PageError(page.problem)
    if plain_type(page.content_type) == WAT_TYPE:
        return describe_page(page.body, settings)
    html = _html(page, settings.max_page_bytes)
    if html is None:
        return None
    budget = Budget(len(html))
    return DescribedPage(
        path, page._replace(body=b""), page_content(html, settings, budget), budget
    )


def _html(page: Page, most: int) -> bytes | None:
    """Return the page's HTML in UTF-8, or None if it is no HTML. Raises PageError for a problem."""
    body = decoded_body(page.body, page.transfer_encoding, page.content_encoding, most)
    if len(body) > most:
        raise PageError(f"page too large: more than {most} bytes unpacked")
    if not page.content_type and not looks_like_html(body):
        return None
    return utf8(body, page.content_type)
