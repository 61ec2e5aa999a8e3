"""A page and what it offers -> rows."""

import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from pipeline.extract.canonical import canonical_url
from pipeline.extract.offers import Facts, Image, Offers
from pipeline.extract.page import Page
from pipeline.extract.texts import mended
from pipeline.extract.urls import absolute, bad_url, base_url
from pipeline.opt_out import Signal, signals

try:
    from pipeline.extract import _rows
except ImportError:  # a machine without a C compiler
    _rows = None  # type: ignore[assignment]


class Candidate(NamedTuple):
    """One of the addresses of an image, as in the column `url_candidates`."""

    url: str
    width: int | None
    density: float | None


class Row(NamedTuple):
    """A pair, or a problem; the columns of the same names in the schema."""

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
    """Whether this machine has the C code."""
    return _rows is not None


def uid_of(url: str, text: str) -> str:
    """32 hex digits: the same pair has the same, wherever it was met."""
    return hashlib.md5(f"{url}\0{text}".encode(), usedforsecurity=False).hexdigest()


def problem_row(path: str | None, page: Page, problem: str) -> Row:
    """The page as a row that says what is wrong with it."""
    return _page_row(path, page, Facts(), None)._replace(problem=problem)


def rows_of(path: str | None, page: Page, offers: Offers) -> list[Row]:
    """Each pair of the page once, links that lead nowhere, and what is too much.

    path: where the page is stored, None if that is not known; it is only written into the rows.
    """
    facts, images, _, too_many = offers
    if not images and not too_many:
        return []
    base = base_url(page.url, facts.base)
    common = _page_row(path, page, facts, base)
    if is_built():
        rows = _rows.rows(common, images, base, Candidate)
    else:
        rows = list(rows_by_python(common, images, base))
    if too_many:
        rows.append(common._replace(problem=f"too many images: {too_many} left out"))
    return rows


def rows_by_python(common: Row, images: Iterable[Image], base: str | None) -> Iterator[Row]:
    """Each pair of a page once. This says what holds; `_rows` does the same in C."""
    seen = set()
    for image in images:
        for row in _image_rows(common, image, base):
            key = (row.url or row.problem, row.text)
            if key not in seen:
                yield row
            seen.add(key)


def _page_row(path: str | None, page: Page, facts: Facts, base: str | None) -> Row:
    """What all rows of a page share."""
    against = signals(page.robots_tags, page.tdm_reservation, facts.robots, facts.tdm_reservation)
    return Row(
        page_url=page.url or None,
        warc_file=path,
        warc_offset=page.offset,
        warc_date=page.date,
        page_title=facts.title,
        licence=_address(facts.licence, base) if facts.licence else None,
        warc_length=page.length,
        warc_record_id=page.record_id,
        opt_out=tuple(against) or None,
    )


def _image_rows(common: Row, image: Image, base: str | None) -> Iterator[Row]:
    raw, url = _best(image, base)
    problem = None if url else bad_url(raw)
    candidates = _candidates(image, base) if url else None
    key = canonical_url(url) if url else None
    for source, text in image.texts:
        yield Row(
            uid=uid_of(url, text) if url else None,
            url=url,
            text=text,
            text_source=source,
            page_url=common.page_url,
            warc_file=common.warc_file,
            warc_offset=common.warc_offset,
            warc_date=common.warc_date,
            problem=problem,
            url_raw=raw,
            url_source=image.url_source,
            url_candidates=candidates,
            canonical_url=key,
            text_fixed=mended(text),
            page_title=common.page_title,
            heading=image.heading,
            licence=common.licence,
            html_width=image.width,
            html_height=image.height,
            warc_length=common.warc_length,
            warc_record_id=common.warc_record_id,
            opt_out=common.opt_out,
        )


def _best(image: Image, base: str | None) -> tuple[str, str | None]:
    """The first link that leads somewhere, and where to; if none does, the first, and None."""
    for href, _, _ in image.links:
        url = _address(href, base)
        if url is not None:
            return href, url
    return image.links[0].href, None


def _candidates(image: Image, base: str | None) -> tuple[Candidate, ...] | None:
    """Each address once; None if there is only one."""
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
