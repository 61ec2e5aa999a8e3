"""Turn a page and its content into rows."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from crawl2clip.extract.archives.page import Page
from crawl2clip.extract.html.page_model import Image, PageContent, PageMetadata
from crawl2clip.extract.limits import page_budget as limits
from crawl2clip.extract.limits.page_budget import Budget, OverBudgetError
from crawl2clip.extract.rows.canonical import canonical_url
from crawl2clip.extract.rows.text_repair import mended
from crawl2clip.extract.rows.urls import absolute, bad_url, base_url
from crawl2clip.io.redaction import link_without_user
from crawl2clip.shared.opt_out import Signal, signals

try:
    from crawl2clip.extract.native import _rows
except ImportError:  # a machine without a C compiler
    _rows = None  # type: ignore[assignment]


# What a row takes besides its texts, and each of the tuples in it.
_ROW_BYTES = 256
_CANDIDATE_BYTES = 64


class Candidate(NamedTuple):
    """Holds one of the addresses of an image, as in the column `url_candidates`."""

    url: str
    width: int | None
    density: float | None


class Row(NamedTuple):
    """Holds a pair or a problem; the fields are the columns of the same names in the schema."""

    uid: str | None = None
    url: str | None = None
    text: str | None = None
    text_source: str | None = None
    page_url: str | None = None
    warc_file: str | None = None
    warc_offset: int | None = None
    warc_date: datetime | None = None
    problem: str | None = None
    url_raw: str | None = None
    url_source: str | None = None
    url_candidates: tuple[Candidate, ...] | None = None
    canonical_url: str | None = None
    text_fixed: str | None = None
    page_title: str | None = None
    heading: str | None = None
    licence: str | None = None
    html_width: int | None = None
    html_height: int | None = None
    warc_length: int | None = None
    warc_record_id: str | None = None
    opt_out: tuple[Signal, ...] | None = None


def is_built() -> bool:
    """Return whether this machine has the C code."""
    return _rows is not None


def uid_of(url: str, text: str) -> str:
    """Return 32 hex digits that identify a pair, wherever it was found."""
    return hashlib.md5(f"{url}\0{text}".encode(), usedforsecurity=False).hexdigest()


def problem_row(path: str | None, page: Page, problem: str) -> Row:
    """Return a row that reports what is wrong with the page."""
    return _page_row(path, page, PageMetadata(), None)._replace(problem=problem)


def rows_of(
    path: str | None, page: Page, content: PageContent, budget: Budget | None = None
) -> Iterator[Row]:
    """Yield each pair of the page once, links that lead nowhere, and what exceeds the limits.

    path: where the page is stored, None if unknown; it is only written into the rows. At most a few
    megabytes of rows are made at a time.
    """
    metadata, images, _, too_many, problem = content
    if not images and not too_many and not problem:
        return
    problems = [f"too many images: {too_many} left out"] if too_many else []
    problems += [problem] if problem else []
    budget = budget or Budget(0)
    base = base_url(page.url, metadata.base)
    common = _page_row(path, page, metadata, base)
    try:
        for made in budget.timed(_slices(common, images, base, budget)):
            yield from made
    except OverBudgetError as error:
        problems.append(str(error))
    yield from (common._replace(problem=problem) for problem in problems)


def _slices(
    common: Row, images: list[Image], base: str | None, budget: Budget
) -> Iterator[list[Row]]:
    most = budget.row_bytes
    if is_built():
        sizes = limits.MOST_LINK_BYTES, limits.SLICE_BYTES, limits.SLICE_ROWS
        return _rows.slices(common, images, base, Candidate, most, *sizes)
    return ([row] for row in rows_by_python(common, images, base, most))


def rows_by_python(
    common: Row, images: Iterable[Image], base: str | None, most_bytes: int
) -> Iterator[Row]:
    """Yield each pair of a page once.

    This defines the result; `_rows` computes it in C. Raises OverBudgetError if the rows would take
    more than most_bytes, or an image too many by itself.
    """
    making = _Making(common, base, most_bytes)
    for image in images:
        making.take_links(image)
        yield from making.new_rows(image)


def row_bytes(row: Row) -> int:
    """Return about how many bytes the row takes, never fewer than in UTF-8."""
    return _rows.row_bytes(row) if is_built() else row_bytes_by_python(row)


def row_bytes_by_python(row: Row) -> int:
    """Return about how many bytes the row takes. This defines the result of `row_bytes`."""
    texts = sum(text_bytes(value) for value in row if isinstance(value, str))
    return _ROW_BYTES + texts + _inner_bytes(row.url_candidates) + _inner_bytes(row.opt_out)


def text_bytes(text: str | None) -> int:
    """Return the size of the text in UTF-8, or more."""
    if text is None:
        return 0
    return len(text) if text.isascii() else 4 * len(text)


def _inner_bytes(inner: tuple[tuple[object, ...], ...] | None) -> int:
    return sum(
        _CANDIDATE_BYTES + sum(text_bytes(value) for value in one if isinstance(value, str))
        for one in inner or ()
    )


class _Making:
    """Makes the rows of a page and tracks its budget. left: bytes that the page may still take."""

    def __init__(self, common: Row, base: str | None, most_bytes: int) -> None:
        self.common, self.base = common, base
        self.left = self.most_bytes = most_bytes
        self.seen: set[object] = set()
        self.fixed: dict[str, str | None] = {}

    def take_links(self, image: Image) -> None:
        """Charge the links of an image, each joined with the base, wherever it leads."""
        base = text_bytes(self.base)
        taken = sum(base + text_bytes(link.href) for link in image.links)
        if taken > limits.MOST_LINK_BYTES:
            raise OverBudgetError(
                f"too many bytes of rows: an image's links have more than {limits.MOST_LINK_BYTES}"
            )
        self._take(taken)

    def new_rows(self, image: Image) -> Iterator[Row]:
        """Yield the rows of the image that the page has not had yet."""
        row = _image_row(self.common, image, self.base)
        taken = row_bytes_by_python(row)
        for source, text in image.texts:
            self._take(taken + 2 * text_bytes(text))  # it may have to be mended
            uid = uid_of(row.url, text) if row.url else None
            key = uid or (row.problem, text)
            if key not in self.seen:
                fixed = self._mended(text)
                yield row._replace(uid=uid, text=text, text_source=source, text_fixed=fixed)
            self.seen.add(key)

    def _take(self, taken: int) -> None:
        self.left -= taken
        if self.left < 0:
            raise OverBudgetError(f"too many bytes of rows: more than {self.most_bytes}")

    def _mended(self, text: str) -> str | None:
        """Return the repaired text, computed once however many images it goes with."""
        if text not in self.fixed:
            self.fixed[text] = mended(text)
        return self.fixed[text]


def _page_row(path: str | None, page: Page, metadata: PageMetadata, base: str | None) -> Row:
    """Return the fields that all rows of a page share."""
    against = signals(
        page.robots_tags, page.tdm_reservation, metadata.robots, metadata.tdm_reservation
    )
    return Row(
        page_url=link_without_user(page.url) or None,
        warc_file=path,
        warc_offset=page.offset,
        warc_date=page.date,
        page_title=metadata.title,
        licence=_address(metadata.licence, base) if metadata.licence else None,
        warc_length=page.length,
        warc_record_id=page.record_id,
        opt_out=tuple(against) or None,
    )


def _image_row(common: Row, image: Image, base: str | None) -> Row:
    """Return the fields that all rows of an image share."""
    link, url = _best(image, base)
    raw = link_without_user(link)
    return common._replace(
        url=url,
        problem=None if url else bad_url(raw),
        url_raw=raw,
        url_source=image.url_source,
        url_candidates=_candidates(image, base) if url else None,
        canonical_url=canonical_url(url) if url else None,
        heading=image.heading,
        html_width=image.width,
        html_height=image.height,
    )


def _best(image: Image, base: str | None) -> tuple[str, str | None]:
    """Return the first valid link and its URL; if none is valid, the first link and None."""
    for href, _, _ in image.links:
        url = _address(href, base)
        if url is not None:
            return href, url
    return image.links[0].href, None


def _candidates(image: Image, base: str | None) -> tuple[Candidate, ...] | None:
    """Return each URL of the image once, or None if there is only one."""
    if len(image.links) == 1:
        return None
    found: dict[str, Candidate] = {}
    for href, width, density in image.links:
        url = _address(href, base)
        if url is not None:
            found.setdefault(url, Candidate(url, width, density))
    return tuple(found.values()) if len(found) > 1 else None


def _address(link: str, base: str | None) -> str | None:
    try:
        return absolute(link, base)
    except ValueError:
        return None
