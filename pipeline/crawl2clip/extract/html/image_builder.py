"""An image while the page around it is being read."""

from crawl2clip.extract.html.img_links import Attributes, Linked, is_image_link
from crawl2clip.extract.html.page_model import TEXT_SOURCES, Image, Link
from crawl2clip.extract.html.srcset import MOST_LINKS
from crawl2clip.extract.html.values import pixels


class Draft:
    """An image whose texts and links may not be all known yet.

    texts: by their source. anchor: the attributes of the link around it.
    """

    __slots__ = ("_hrefs", "heading", "height", "in_noscript", "linked", "texts", "width")

    def __init__(
        self,
        attributes: Attributes,
        linked: Linked,
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
    def of_image(cls, image: Image, in_noscript: bool) -> "Draft":
        """The draft of an image that the scanner has finished."""
        linked = Linked(image.links, image.url_source, "")
        draft = cls({}, linked, dict(image.texts), image.heading, in_noscript)
        draft.width, draft.height = image.width, image.height
        return draft

    def is_same(self, other: "Draft") -> bool:
        """Whether one is the other's stand-in for those who run no scripts."""
        if self.in_noscript == other.in_noscript:
            return False
        if self.texts.get("alt") and self.texts.get("alt") == other.texts.get("alt"):
            return True
        return not self.hrefs().isdisjoint(other.hrefs())

    def hrefs(self) -> set[str]:
        """Those of its links, found once: a page may have thousands of stand-ins for one image."""
        if self._hrefs is None:
            self._hrefs = {link.href.strip() for link in self.linked.links}
        return self._hrefs

    def absorb(self, other: "Draft") -> None:
        """Take over the links, up to `MOST_LINKS`, and texts that it has not."""
        links, source, blank = self.linked
        new = [link for link in other.linked.links if link.href.strip() not in self.hrefs()]
        new = new[: max(0, MOST_LINKS - len(links))]
        self.linked = Linked((*links, *new), source or other.linked.source, blank)
        self.hrefs().update(link.href.strip() for link in new)
        self.texts = other.texts | self.texts

    def image(self) -> Image | str:
        """What it came to, or why it is left out."""
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


def joined(linked: Linked, more: tuple[Link, ...], source: str, first: bool = False) -> Linked:
    """The links with more, which stood at `source`, behind them; or before them, if `first`."""
    hrefs = {link.href.strip() for link in linked.links}
    new = tuple(link for link in more if first or link.href.strip() not in hrefs)
    if first:
        hrefs = {link.href.strip() for link in new}
        rest = tuple(link for link in linked.links if link.href.strip() not in hrefs)
        return Linked(new + rest, source, linked.blank)
    return Linked(linked.links + new, linked.source or source, linked.blank)


def with_anchor(linked: Linked, anchor: Attributes, prefer: bool) -> Linked:
    """With what the link around the image leads to, if that is an image."""
    href = anchor.get("href", "")
    if not is_image_link(href):
        return linked
    return joined(linked, (Link(href),), "link", prefer)


def is_pixel(width: int | None, height: int | None) -> bool:
    """Whether it is declared to be invisible: such images count visits."""
    return width is not None and height is not None and width <= 1 and height <= 1
