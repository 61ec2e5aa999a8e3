"""Extract images and their texts from JSON-LD."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from crawl2clip.extract.html.dimensions import pixels
from crawl2clip.extract.html.img_links import is_no_file
from crawl2clip.extract.html.page_model import Image, Link, collapsed

Texts = tuple[tuple[str, str], ...]

# Deeper or larger is no description of a page.
_DEEPEST = 32
_MOST_NODES = 10_000
# As objects, JSON takes up to thirty times its size.
MOST_CHARS = 4_000_000
# The publisher's, on each of its pages.
_PASSED_OVER = {"logo"}


def images_in(text: str) -> Iterator[Image]:
    """Yield images with a text: `ImageObject`s, and plain `image` links of a described thing.

    An `ImageObject` has its own caption and name; a plain link has those of the thing. Malformed
    JSON yields nothing.
    """
    import orjson

    try:
        data = orjson.loads(text.encode("utf-8", "replace"))
    except orjson.JSONDecodeError:
        return
    for node in _nodes(data):
        yield from _images(node)


def _nodes(data: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all objects in order, outer before inner."""
    waiting = [(data, 0)]
    for _ in range(_MOST_NODES):
        if not waiting:
            return
        value, depth = waiting.pop()
        if isinstance(value, dict):
            yield value
            inner = [v for key, v in value.items() if key not in _PASSED_OVER]
        else:
            inner = value if isinstance(value, list) else []
        if depth < _DEEPEST:
            waiting += [(v, depth + 1) for v in reversed(inner) if isinstance(v, (dict, list))]


def _images(node: Mapping[str, Any]) -> Iterator[Image]:
    images = _list(node.get("image"))
    is_image = "ImageObject" in _list(node.get("@type"))
    # Once for all of them: a node may have thousands of images, and a name of any length.
    texts = _texts(node) if is_image or any(isinstance(image, str) for image in images) else ()
    if is_image:
        hrefs = (node.get("contentUrl"), node.get("url"))
        yield from _image(hrefs, texts, pixels(node.get("width")), pixels(node.get("height")))
    for image in images:
        if isinstance(image, str):
            if texts and not is_no_file(image):
                yield Image((Link(image),), "json_ld", texts)
        elif isinstance(image, dict) and "@type" not in image:
            yield from _image((image.get("url"),), _texts(image))


def _texts(node: Mapping[str, Any]) -> Texts:
    texts = (node.get("caption"), node.get("name"))
    distinct = dict.fromkeys(collapsed(text) for text in texts if isinstance(text, str))
    return tuple(("json_ld", text) for text in distinct if text)


def _image(
    hrefs: Iterable[Any], texts: Texts, width: int | None = None, height: int | None = None
) -> Iterator[Image]:
    links = tuple(
        Link(href)
        for href in dict.fromkeys(h for h in hrefs if isinstance(h, str))
        if not is_no_file(href)
    )
    if links and texts:
        yield Image(links, "json_ld", texts, width, height)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
