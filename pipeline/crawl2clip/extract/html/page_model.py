"""What a page offers, whatever it was read from: HTML or the links of a WAT record."""

from typing import NamedTuple


class Link(NamedTuple):
    """One address of an image as the page writes it, with what `srcset` says of it, if anything."""

    href: str
    width: int | None = None  # px
    density: float | None = None


class Image(NamedTuple):
    """One image, before its links are joined with the page's address.

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


class Facts(NamedTuple):
    """What holds for the whole page.

    base: the first `<base href>`. licence: the first link whose `rel` says license, as the page
    writes it. robots: (agent, content) of each meta tag that speaks to robots, agent '*' for
    name=robots. tdm_reservation, tdm_policy: contents of those meta tags.
    """

    base: str | None = None
    title: str | None = None
    licence: str | None = None
    robots: tuple[tuple[str, str], ...] = ()
    tdm_reservation: str | None = None
    tdm_policy: str | None = None


class Offers(NamedTuple):
    """A page's facts and its images that have a text, in document order; og and the like last.

    left_out: how many images with a text were passed over, by reason: inline (`data:`), pixel
    (declared 1 by 1 px or less), no link. too_many: all images beyond the limit, with a text or
    not. problem: 'kind: detail' of what was too much of anything else, and left out; or ended the
    page there.
    """

    facts: Facts
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
