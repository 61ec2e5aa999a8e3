"""Extract images from the meta tags for social networks: Open Graph and Twitter."""

from collections.abc import Iterable, Sequence

from crawl2clip.extract.html.dimensions import pixels
from crawl2clip.extract.html.img_links import is_no_file
from crawl2clip.extract.html.page_model import Image, Link, Meta, collapsed

_SAME_IMAGE = ("url", "secure_url", "src")


def images_in(metas: Sequence[Meta], kind: str) -> list[Image]:
    """Return the images of one kind, og or twitter, with their texts.

    Each has its own alt text, and the page's title and description. What a page does not state for
    Twitter is taken from Open Graph, as Twitter does.
    """
    values = dict(reversed(metas))  # the first of each
    page = [
        collapsed(values.get(f"{kind}:{name}") or values.get(f"og:{name}") or "")
        for name in ("title", "description")
    ]
    images = [_image(kind, parts, page) for parts in _structures(metas, f"{kind}:image")]
    return [image for image in images if image]


def _structures(metas: Iterable[Meta], start: str) -> list[list[Meta]]:
    """Group the tags of each image: it begins with `og:image`, the others follow."""
    found: list[list[Meta]] = []
    for name, content in metas:
        if not name.startswith(start):
            continue
        part = name[len(start) + 1 :]
        begins = not part or (part in _SAME_IMAGE and not found)
        if begins:
            found.append([])
        if found:
            found[-1].append((part, content))
    return found


def _image(kind: str, parts: list[Meta], page: Iterable[str]) -> Image | None:
    hrefs = [content for part, content in parts if part in ("", *_SAME_IMAGE)]
    links = tuple(Link(href) for href in dict.fromkeys(hrefs) if not is_no_file(href))
    values = dict(reversed(parts))
    texts = dict.fromkeys((collapsed(values.get("alt", "")), *page))
    found = tuple(("og", text) for text in texts if text)
    if not links or not found:
        return None
    return Image(links, kind, found, pixels(values.get("width")), pixels(values.get("height")))
