"""Rank the links of an `img`, from its attributes and the elements around it."""

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from typing import NamedTuple

from crawl2clip.extract.html.page_model import Attributes, Link
from crawl2clip.extract.html.srcset import MOST_LINKS, links_in

# Where scripts look for the image that `src` is to show once it comes into view, or is clicked.
LAZY = (
    "data-src", "data-lazy-src", "data-original", "data-original-src", "data-lazy", "data-ll-src",
    "data-cfsrc", "data-ezsrc", "data-gt-lazy-src", "data-orig-src", "data-actualsrc", "data-echo",
    "data-img-src", "data-hi-res-src", "data-full-src", "data-large-file", "data-orig-file",
)  # fmt: skip
LAZY_SRCSETS = ("data-srcset", "data-lazy-srcset", "data-original-srcset", "data-ezsrcset")
# Other values stand there too: only what looks like the address of an image counts.
LAZY_GUESSES = ("data-image", "data-img-url", "data-full-url", "data-url", "data-delay")
ANY_LAZY = frozenset(LAZY + LAZY_SRCSETS + LAZY_GUESSES)

# Of the file's name.
_BLANK_NAME = re.compile(
    r"(?:(?:(?:.*[_-])?(?:blank|spacer|placeholder|lazyload|loading|loader)"
    r"|pixel|transparent|trans|clear|empty|dummy|lazy|gr[ea]y|white|1px|1x1|px)"
    r"(?:[-_.]?\d+(?:x\d+)?)?|[bstx])\.(?:gif|png|svg)"
    r"|(?:.*[_-])?placeholder(?:[-_.]?\d+(?:x\d+)?)?\.(?:jpe?g|webp)",
    re.IGNORECASE,
)
_LONGEST_BLANK_NAME = 40
# What stands in for an image is often of these types or named for its size, and such are seldom
# loaded late.
_BLANK_LATE = re.compile(r".*\.(?:gif|svg)|\d+[_x-]\d+\.\w+", re.IGNORECASE)
_NO_FILE = ("data:", "about:")
_IMAGE_NAME = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?![a-z0-9])", re.IGNORECASE)
_IMAGE_PATH = re.compile(r"\.(?:jpe?g|png|webp|gif|avif|bmp|tiff?)$", re.IGNORECASE)
# Files that not every decoder reads, where the page has others for those who can't.
_NEW_TYPES = ("image/avif", "image/jxl", "image/heic", "image/heif", "image/svg+xml")


class ImageLinks(NamedTuple):
    """Holds the links of an image, the best first.

    source: where the first stood. blank: a `src` that shows nothing.
    """

    links: tuple[Link, ...]
    source: str
    blank: str


class SourceLink(NamedTuple):
    """Holds a link of a `source`. kind: picture or lazy. key: equal links have equal keys."""

    kind: str
    key: str
    link: Link
    is_new: bool


def source_links(source: Attributes, kinds: Set[str]) -> Iterator[SourceLink]:
    """Yield the links of a `source`, which apply to all images in its `picture`."""
    is_new = source.get("type", "").strip().lower().startswith(_NEW_TYPES)
    if "picture" in kinds and "srcset" in source:
        for link in _files(links_in(source["srcset"])):
            yield SourceLink("picture", link.href.strip(), link, is_new)
    if "lazy" in kinds:
        for link in _lazy_srcsets(source):
            yield SourceLink("lazy", link.href.strip(), link, is_new)


def links_of(image: Attributes, sources: Sequence[SourceLink], kinds: Set[str]) -> ImageLinks:
    """Return the links of an `img`; sources: those of the `source` elements before it.

    The best is the one with the largest width, or density where no width is given; ties keep the
    order: `src`, then `srcset`, then `source`, then the links that scripts load. A `src` that is a
    placeholder is no link.
    """
    src = image.get("src", "")
    if "src" in kinds and not sources and "srcset" not in image and ANY_LAZY.isdisjoint(image):
        is_blank = is_placeholder(src, False)
        return ImageLinks((), "", src) if is_blank else ImageLinks((Link(src),), "src", "")
    lazy = list(_lazy(image)) if "lazy" in kinds else []
    is_blank = is_placeholder(src, bool(lazy))
    found: dict[str, _Draft] = {}
    if "src" in kinds and not is_blank:
        _add(found, "src", [Link(src)])
    if "srcset" in kinds and "srcset" in image:
        _add(found, "srcset", links_in(image["srcset"]))
    for source in sources:
        _add_one(found, *source)
    _add(found, "lazy", lazy)
    drafts = sorted(found.values(), key=_Draft.rank, reverse=True)[:MOST_LINKS]
    links = tuple(Link(draft.href, draft.width, draft.density) for draft in drafts)
    return ImageLinks(links, drafts[0].kind if drafts else "", src if is_blank else "")


def is_placeholder(src: str, is_lazy: bool) -> bool:
    """Return whether `src` shows nothing: it is missing, inline, or named like blank.gif.

    is_lazy: whether there is another link, to be loaded late.
    """
    if is_no_file(src):
        return True
    name = _path(src).rpartition("/")[2]
    if is_lazy and _BLANK_LATE.fullmatch(name):
        return True
    return len(name) <= _LONGEST_BLANK_NAME and _BLANK_NAME.fullmatch(name) is not None


def is_no_file(link: str) -> bool:
    """Return whether there is nothing to fetch: no link, or an inline image."""
    link = link.strip()
    return not link or link[:6].lower().startswith(_NO_FILE)


def is_image_link(href: str) -> bool:
    """Return whether the link seems to lead to an image."""
    return _IMAGE_PATH.search(_path(href)) is not None


def _path(link: str) -> str:
    return link.strip().partition("#")[0].partition("?")[0]


class _Draft:
    """Collects a link; its width may be given only at its second occurrence."""

    __slots__ = ("density", "href", "is_new", "kind", "width")

    def __init__(self, kind: str, link: Link, is_new: bool) -> None:
        self.kind, self.is_new = kind, is_new
        self.href, self.width, self.density = link

    def rank(self) -> tuple[bool, int, float]:
        density = 1.0 if self.density is None else self.density
        return not self.is_new, self.width or 0, density


def _add(found: dict[str, _Draft], kind: str, links: Iterable[Link]) -> None:
    for link in links:
        _add_one(found, kind, link.href.strip(), link, False)


def _add_one(found: dict[str, _Draft], kind: str, key: str, link: Link, is_new: bool) -> None:
    known = found.get(key)
    if known is None:
        found[key] = _Draft(kind, link, is_new)
    else:
        known.width = known.width or link.width
        known.density = known.density or link.density


def _lazy(image: Attributes) -> Iterator[Link]:
    for name in LAZY:
        if name in image and not is_placeholder(image[name], False):
            yield Link(image[name])
    for name in LAZY_GUESSES:
        if name in image and _IMAGE_NAME.search(image[name]):
            yield Link(image[name])
    yield from _lazy_srcsets(image)


def _lazy_srcsets(element: Attributes) -> Iterator[Link]:
    for name in LAZY_SRCSETS:
        if name in element:
            yield from _files(links_in(element[name]))


def _files(links: Iterable[Link]) -> Iterator[Link]:
    """Drop inline images, the placeholders of what a script loads later."""
    return (link for link in links if not is_no_file(link.href))
