"""Read an archive that crashed a worker before, page by page in child processes.

The rows are those of `archive_pairs.pairs_in_file`, and one problem row in place of each page that
crashes its process, or takes more time or memory than it may. One child finds the pages, another
makes rows of them, so the file is read once however many pages crash.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing.connection import Connection
from typing import BinaryIO, Self

from crawl2clip.extract.archives.page import ArchiveItem, Page, Unreadable
from crawl2clip.extract.isolation.child_process import (
    Child,
    DiedError,
    Failure,
    TooLongError,
    failure_of,
)
from crawl2clip.extract.isolation.cpu_limit import start_clock
from crawl2clip.extract.isolation.isolated_records import CRASHED, limits, read_in_child, refuse
from crawl2clip.extract.limits.read_settings import Settings
from crawl2clip.extract.rows.archive_pairs import _rows, left_out_rows
from crawl2clip.extract.rows.pair_rows import Row
from crawl2clip.io.printable import printable
from crawl2clip.io.redaction import link_without_user, redacted, without_signatures

# More than this is an archive made to crash us, or a bug that all pages meet.
MOST_CRASHES = 10_000
# Of CPU time, or of pages that stand still: what all crashes of an archive may take.
MOST_CRASHED_SECONDS = 3600
_ROWS_A_MESSAGE = 1_000


def pairs_in_file(
    path: str, file: BinaryIO, settings: Settings, prove: Callable[[list[Row]], object] = len
) -> Iterator[Row]:
    """Yield pairs and problems, in document order, of a file whose pages may crash their reader.

    prove: called in the child with rows; a page whose rows it does not survive crashes the reader,
    too. Raises OSError and RuntimeError if the machine is at fault.
    """
    left_out: Counter[str] = Counter()
    with _Pages(path, settings, prove) as pages:
        for found in read_in_child(file, settings):
            if isinstance(found, DiedError):
                pages.crashed += 1
                yield Row(warc_file=path, problem=f"{CRASHED}: {found}")
                continue
            yield from pages.rows(found, left_out)
            if pages.is_hopeless():
                break
        if pages.crashed and (pages.is_hopeless() or not pages.read):
            yield Row(
                warc_file=path,
                problem=f"unreadable file: {pages.crashed} of its pages crashed the reader and "
                f"{pages.read} did not",
            )
    yield from left_out_rows(path, left_out)


class _Pages:
    """Reads pages in a child process, and starts another when that has died.

    crashed, read: the number of such pages. crashed_seconds: the time spent on those that crashed.
    """

    def __init__(self, path: str, settings: Settings, prove: Callable[[list[Row]], object]) -> None:
        self.path, self.settings, self.prove = path, settings, prove
        self.crashed = self.read = 0
        self.crashed_seconds = 0.0
        self.child = self._new_child()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.child.end()

    def rows(self, found: ArchiveItem, left_out: Counter[str]) -> list[Row]:
        """Return the page's rows, or a row that names what killed the child."""
        started = time.monotonic()
        try:
            rows, left = self._rows_or_again(found)
        except DiedError as died:
            self.crashed += 1
            self.crashed_seconds += time.monotonic() - started
            return [_crashed_row(self.path, found, died, self.settings)]
        self.read += isinstance(found, Page)
        left_out.update(left)
        return rows

    def is_hopeless(self) -> bool:
        """Return whether reading on is pointless."""
        return self.crashed >= MOST_CRASHES or self.crashed_seconds >= MOST_CRASHED_SECONDS

    def _rows_or_again(self, found: ArchiveItem) -> tuple[list[Row], Counter[str]]:
        """Return the page's rows; retry in a new child if an old one died.

        The old one may have been damaged by an earlier page.
        """
        is_new = self.is_new
        try:
            return self._answer(found)
        except TooLongError:
            raise
        except DiedError:
            if is_new or self.child.is_alive:
                raise
        return self._answer(found)

    def _answer(self, found: ArchiveItem) -> tuple[list[Row], Counter[str]]:
        if not self.child.is_alive:
            self.child = self._new_child()
        self.is_new = False
        self.child.send(found)
        rows: list[Row] = []
        while True:
            message = self.child.receive()
            if isinstance(message, Failure):
                refuse(message)
            if isinstance(message, Counter):
                return rows, message
            rows += message

    def _new_child(self) -> Child:
        self.is_new = True
        return Child(self._serve, *limits(self.settings))

    def _serve(self, pipe: Connection) -> None:
        """Serve requests in the child."""
        while True:
            found = pipe.recv()
            start_clock(self.settings.max_page_seconds)
            try:
                self._send_rows(pipe, found)
            except BaseException as error:  # panics of native decoders are no Exception
                pipe.send(failure_of(error))
            start_clock(0)

    def _send_rows(self, pipe: Connection, found: ArchiveItem) -> None:
        left_out: Counter[str] = Counter()
        rows = iter(_rows(self.path, found, self.settings, left_out))
        while some := list(islice(rows, _ROWS_A_MESSAGE)):
            self.prove(some)
            pipe.send(some)
        pipe.send(left_out)


def _crashed_row(path: str, found: ArchiveItem, died: DiedError, settings: Settings) -> Row:
    """Return a row with only those fields of the page that are safe to write, unexamined."""
    problem = printable(redacted(f"{CRASHED}: {died}"))
    row = Row(warc_file=path, warc_offset=found.offset, problem=problem)
    if isinstance(found, Unreadable):
        return row
    url = link_without_user(found.url.encode(errors="replace").decode())
    if settings.signed_urls == "strip":
        url = without_signatures(url)
    return row._replace(page_url=url or None, warc_length=found.length)
