"""Define the content of a page, from HTML or WAT, and collect its metadata from elements."""

import re
from collections.abc import Mapping
from typing import NamedTuple

Attributes = Mapping[str, str]
Meta = tuple[str, str]  # property or name in lower case, and content

_CONTROLS = {n: None for n in (*range(0x09), *range(0x0E, 0x20), *range(0x7F, 0xA0)) if n != 0x85}
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
_UNPRINTABLE: dict[int, str | None] = _CONTROLS | _SURROGATES
_ANY_UNPRINTABLE = re.compile(f"[{''.join(map(chr, _UNPRINTABLE))}]")

# Title and heading are repeated in every row of a page.
_LONGEST_CONTEXT = 1_000
# It is repeated in every row of the page.
_LONGEST_LICENCE = 2_000
# More of a kind than a page needs.
_MOST_METAS = 1_000


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


def collapsed(text: str) -> str:
    """Collapse each run of Unicode white space, the no-break space too, and strip the ends.

    Control characters (C0, delete, C1) are removed, lone surrogates become U+FFFD.
    """
    if not text.isprintable() and _ANY_UNPRINTABLE.search(text):
        text = text.translate(_UNPRINTABLE)
    return " ".join(text.split())


def context(text: str | None) -> str | None:
    """Return a title or heading, collapsed and cut, or None if it is empty."""
    return collapsed(text or "")[:_LONGEST_CONTEXT].rstrip() or None


def is_social(name: str) -> bool:
    """Return whether a meta tag of that name is for social networks."""
    return name.startswith(("og:", "twitter:"))


class MetadataCollector:
    """Collects metadata from events; the first of each counts. social: tags for networks."""

    def __init__(self) -> None:
        self.values: dict[str, str] = {}
        self.robots: list[tuple[str, str]] = []
        self.social: list[Meta] = []

    def base(self, attributes: Attributes, _: str) -> None:
        if "href" in attributes:
            self.values.setdefault("base", attributes["href"])

    def title(self, _: Attributes, text: str) -> None:
        self.values.setdefault("title", text)

    def licence(self, attributes: Attributes, _: str) -> None:
        href = attributes.get("href", "").strip()
        if href and len(href) <= _LONGEST_LICENCE:
            self.values.setdefault("licence", href)

    def meta(self, attributes: Attributes, _: str) -> None:
        content = attributes.get("content", "").strip()
        name = attributes.get("name", "").strip().lower()
        if name in ("tdm-reservation", "tdm-policy"):
            self.values.setdefault(name, content)
        elif _is_agent(name):
            if content and len(self.robots) < _MOST_METAS:
                self.robots.append(("*" if name == "robots" else name, content))
        else:
            name = attributes.get("property", "").strip().lower() or name
            if content and is_social(name) and len(self.social) < _MOST_METAS:
                self.social.append((name, content))

    def metadata(self) -> PageMetadata:
        return PageMetadata(
            base=self.values.get("base"),
            title=context(self.values.get("title")),
            licence=self.values.get("licence"),
            robots=tuple(self.robots),
            tdm_reservation=self.values.get("tdm-reservation"),
            tdm_policy=self.values.get("tdm-policy"),
        )


def may_speak(name: str) -> bool:
    """Return whether a meta of that name may address robots, or text and data mining."""
    name = name.lower()
    return "bot" in name or "tdm-" in name or "slurp" in name


def _is_agent(name: str) -> bool:
    return name in ("robots", "slurp") or name.endswith("bot") or name.startswith("googlebot-")
