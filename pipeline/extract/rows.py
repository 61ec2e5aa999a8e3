"""A page and what it offers -> rows."""

import hashlib
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pipeline.extract.canonical import canonical_url
from pipeline.extract.offers import Facts, Image, Offers
from pipeline.extract.page import Page
from pipeline.extract.texts import mended
from pipeline.extract.urls import absolute, base_url
from pipeline.opt_out import Signal, signals

_LONGEST_DETAIL = 200


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


def uid_of(url: str, text: str) -> str:
    """32 hex digits: the same pair has the same, wherever it was met."""
    return hashlib.md5(f"{url}\0{text}".encode(), usedforsecurity=False).hexdigest()


def problem_row(path: str | None, page: Page, problem: str) -> Row:
    """The page as a row that says what is wrong with it."""
    return _page_row(path, page, Facts(), None)._replace(problem=problem)


def rows_of(path: str | None, page: Page, offers: Offers) -> Iterator[Row]:
    """Each pair of the page once, links that lead nowhere, and what is too much.

    path: where the page is stored, None if that is not known; it is only written into the rows.
    """
    facts, images, left_out = offers
    if not images and "too_many" not in left_out:
        return
    base = base_url(page.url, facts.base)
    common = _page_row(path, page, facts, base)
    seen = set()
    for image in images:
        for row in _image_rows(common, image, base):
            key = (row.url or row.problem, row.text)
            if key not in seen:
                yield row
            seen.add(key)
    if "too_many" in left_out:
        yield common._replace(problem=f"too many images: {left_out['too_many']} left out")


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
    raw = image.links[0].href
    url = _address(raw, base)
    # "http://[oops" is on the web, so it is in the crawl
    problem = None if url else f"bad url: {raw.strip()[:_LONGEST_DETAIL]}"
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
