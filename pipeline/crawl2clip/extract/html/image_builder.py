"""Build an image while the page around it is being read."""

from crawl2clip.extract.html.dimensions import pixels
from crawl2clip.extract.html.img_links import ImageLinks, is_image_link
from crawl2clip.extract.html.page_model import TEXT_SOURCES, Attributes, Image, Link
from crawl2clip.extract.html.srcset import MOST_LINKS


class ImageBuilder:
    """Collects an image whose texts and links may not be complete yet.

    texts: by their source. linked: its links. in_noscript: whether it stands in a `noscript`.
    """

    __slots__ = ("_hrefs", "heading", "height", "in_noscript", "linked", "texts", "width")

    def __init__(
        self,
        attributes: Attributes,
        linked: ImageLinks,
        texts: dict[str, str],
        heading: str | None,
        in_noscript: bool,
    ) -> None:
        self.width = pixels(attributes.get("width"))
        self.height = pixels(attributes.get("height"))
        self.linked, self.texts = linked, texts
        self.heading, self.in_noscript = heading, in_noscript
        self._hrefs: set[str] | None = None

    @classmethod
    def of_image(cls, image: Image, in_noscript: bool) -> "ImageBuilder":
        """Return a builder for an image that the scanner has finished."""
        linked = ImageLinks(image.links, image.url_source, "")
        draft = cls({}, linked, dict(image.texts), image.heading, in_noscript)
        draft.width, draft.height = image.width, image.height
        return draft

    def is_same(self, other: "ImageBuilder") -> bool:
        """Return whether one is the other's fallback for browsers without scripts."""
        if self.in_noscript == other.in_noscript:
            return False
        if self.texts.get("alt") and self.texts.get("alt") == other.texts.get("alt"):
            return True
        return not self.hrefs().isdisjoint(other.hrefs())

    def hrefs(self) -> set[str]:
        """Return the addresses of its links, computed once: an image may have many fallbacks."""
        if self._hrefs is None:
            self._hrefs = {link.href.strip() for link in self.linked.links}
        return self._hrefs

    def absorb(self, other: "ImageBuilder") -> None:
        """Take over the other's links, up to `MOST_LINKS`, and missing texts."""
        links, source, blank = self.linked
        new = [link for link in other.linked.links if link.href.strip() not in self.hrefs()]
        new = new[: max(0, MOST_LINKS - len(links))]
        self.linked = ImageLinks((*links, *new), source or other.linked.source, blank)
        self.hrefs().update(link.href.strip() for link in new)
        self.texts = other.texts | self.texts

    def image(self) -> Image | str:
        """Return the finished image, or the reason why it is left out."""
        if is_pixel(self.width, self.height):
            return "pixel"
        links, source, blank = self.linked
        if not links:
            blank = blank.strip()
            if not blank or blank[:6].lower() == "about:":
                return "no link"
            if blank[:5].lower() == "data:":
                return "inline"
            links, source = (Link(blank),), "src"
        texts = tuple((name, self.texts[name]) for name in TEXT_SOURCES if name in self.texts)
        return Image(links, source, texts, self.width, self.height, self.heading)


def joined(
    linked: ImageLinks, more: tuple[Link, ...], source: str, first: bool = False
) -> ImageLinks:
    """Append links that stood at `source`, without repetitions; prepend them if `first`."""
    hrefs = {link.href.strip() for link in linked.links}
    new = tuple(link for link in more if first or link.href.strip() not in hrefs)
    if first:
        hrefs = {link.href.strip() for link in new}
        rest = tuple(link for link in linked.links if link.href.strip() not in hrefs)
        return ImageLinks(new + rest, source, linked.blank)
    return ImageLinks(linked.links + new, linked.source or source, linked.blank)


def with_anchor(linked: ImageLinks, anchor: Attributes, prefer: bool) -> ImageLinks:
    """Add the target of the link around the image, if that is an image."""
    href = anchor.get("href", "")
    if not is_image_link(href):
        return linked
    return joined(linked, (Link(href),), "link", prefer)


def is_pixel(width: int | None, height: int | None) -> bool:
    """Return whether the image is declared to be invisible: such images count visits."""
    return width is not None and height is not None and width <= 1 and height <= 1
