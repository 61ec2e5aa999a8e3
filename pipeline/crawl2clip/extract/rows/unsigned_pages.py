"""A page's addresses without the parameters that sign them, before there are rows of it."""

from crawl2clip.extract.archives.page import Page
from crawl2clip.extract.html.page_model import Image, Link, Offers
from crawl2clip.io.redaction import without_signatures

# Browsers drop them wherever they stand, in the name of a parameter too.
_DROPPED = str.maketrans("", "", "\t\r\n")


def unsigned_page(page: Page) -> Page:
    """The page by an address without signatures."""
    return page._replace(url=_unsigned(page.url))


def unsigned_offers(offers: Offers) -> Offers:
    """The same images and texts, by addresses without signatures."""
    facts = offers.facts
    base, licence = (url and _unsigned(url) for url in (facts.base, facts.licence))
    return offers._replace(
        facts=facts._replace(base=base, licence=licence),
        images=[_unsigned_image(image) for image in offers.images],
    )


def _unsigned_image(image: Image) -> Image:
    if not any("=" in link.href or "%" in link.href for link in image.links):
        return image
    return image._replace(links=tuple(_unsigned_link(link) for link in image.links))


def _unsigned_link(link: Link) -> Link:
    return Link(_unsigned(link.href), link.width, link.density)


def _unsigned(link: str) -> str:
    """The link as it stands there if nothing signs it."""
    written = link.translate(_DROPPED)
    without = without_signatures(written)
    return link if without == written else without
