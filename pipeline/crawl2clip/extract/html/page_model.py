"""Define the content of a page, whether read from HTML or from the links of a WAT record."""

from typing import NamedTuple


class Link(NamedTuple):
    """Holds one address of an image as the page writes it, with its `srcset` descriptor, if any."""

    href: str
    width: int | None = None  # px
    density: float | None = None


class Image(NamedTuple):
    """Holds one image, before its links are joined with the page's address.

    links: the best first; never empty. url_source: where that one stood: src, srcset, picture,
    lazy, noscript, link, og, twitter, json_ld. texts: (text_source, text), white space collapsed,
    none empty, in the order of `TEXT_SOURCES`. width, height: px as the markup says. heading: the
    nearest one before it.
    """

    links: tuple[Link, ...]
    url_source: str
    texts: tuple[tuple[str, str], ...]
    width: int | None = None
    height: int | None = None
    heading: str | None = None


class PageMetadata(NamedTuple):
    """Holds what applies to the whole page.

    base: the first `<base href>`. licence: the first link whose `rel` says license, as the page
    writes it. robots: (agent, content) of each meta tag that addresses robots, agent '*' for
    name=robots. tdm_reservation, tdm_policy: contents of those meta tags.
    """

    base: str | None = None
    title: str | None = None
    licence: str | None = None
    robots: tuple[tuple[str, str], ...] = ()
    tdm_reservation: str | None = None
    tdm_policy: str | None = None


class PageContent(NamedTuple):
    """Holds a page's metadata and its images with a text, in document order; og and the like last.

    left_out: how many images with a text were passed over, by reason: inline (`data:`), pixel
    (declared 1 by 1 px or less), no link. too_many: all images beyond the limit, with a text or
    not. problem: 'kind: detail' of anything else that exceeded a limit, and was left out or ended
    the page.
    """

    metadata: PageMetadata
    images: list[Image]
    left_out: dict[str, int]
    too_many: int = 0
    problem: str | None = None


TEXT_SOURCES = (
    "alt",
    "title",
    "data-image-title",
    "aria-label",
    "figcaption",
    "json_ld",
    "og",
    "link_text",
)
