"""Strip signing parameters from a page's addresses, before rows are made of it."""

from crawl2clip.extract.archives.page import Page
from crawl2clip.extract.html.page_model import Image, Link, PageContent
from crawl2clip.io.redaction import without_signatures

# Browsers drop them wherever they stand, in the name of a parameter too.
_DROPPED = str.maketrans("", "", "\t\r\n")


def unsigned_page(page: Page) -> Page:
    """Return the page with an address without signatures."""
    return page._replace(url=_unsigned(page.url))


def unsigned_content(content: PageContent) -> PageContent:
    """Return the content with addresses without signatures."""
    metadata = content.metadata
    base, licence = (url and _unsigned(url) for url in (metadata.base, metadata.licence))
    return content._replace(
        metadata=metadata._replace(base=base, licence=licence),
        images=[_unsigned_image(image) for image in content.images],
    )


def _unsigned_image(image: Image) -> Image:
    if not any("=" in link.href or "%" in link.href for link in image.links):
        return image
    return image._replace(links=tuple(_unsigned_link(link) for link in image.links))


def _unsigned_link(link: Link) -> Link:
    return Link(_unsigned(link.href), link.width, link.density)


def _unsigned(link: str) -> str:
    """Return the link without signatures, exactly as written if it has none."""
    written = link.translate(_DROPPED)
    without = without_signatures(written)
    return link if without == written else without
