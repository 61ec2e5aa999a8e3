"""Read the content of a page from a WAT record of the usual shape, by a shorter way.

The result is that of `wat_events` and `page_collector`: an image is a `src` and its own texts, for
Common Crawl records neither other links to it nor what stands around it.
"""

from collections.abc import Callable, Set
from itertools import chain
from typing import Any

from crawl2clip.extract.html import scanner
from crawl2clip.extract.html.image_builder import ImageBuilder
from crawl2clip.extract.html.img_links import links_of
from crawl2clip.extract.html.page_model import (
    Image,
    MetadataCollector,
    PageContent,
    PageMetadata,
    collapsed,
    may_speak,
)
from crawl2clip.extract.limits.read_settings import Settings, TextSource
from crawl2clip.extract.wat.wat_events import is_licence
from crawl2clip.extract.wat.wat_json import decoded, decoded_text
from crawl2clip.extract.wat.wat_schema import Head, Html, Img

Decode = Callable[[str], str]
Texts = tuple[tuple[str, str], ...]

_TEXTS: tuple[TextSource, ...] = ("alt", "title")


def is_enough(settings: Settings) -> bool:
    """Return whether the usual shape holds all that the settings want."""
    return {"og", "twitter"}.isdisjoint(settings.images)


def fast_path_content(html: Html, is_decoded: bool, settings: Settings) -> PageContent | None:
    """Return the page's content, or None if there may be too many images.

    is_decoded: whether character references have been replaced already.
    """
    decode: Decode = str if is_decoded else decoded
    links = html.links or []
    most = settings.max_images_per_page
    if len(links) > most and sum(type(link) is Img for link in links) > most:
        return None
    left_out: dict[str, int] = {}
    if "src" in settings.images and scanner.is_built():
        images = _images_by_scanner(links, None if is_decoded else decoded, settings, left_out)
    else:
        images = _images(links, decode, settings, left_out)
    return PageContent(_facts(html, decode), images, left_out)


def _images_by_scanner(
    links: list[Any], decode: Decode | None, settings: Settings, left_out: dict[str, int]
) -> list[Image]:
    """Return the images as `_images` does, with the C code."""
    kinds = frozenset(settings.images)

    def odd(src: str | None, texts: Texts) -> Image | None:
        return None if src is None else _counted(_image(src, texts, kinds), left_out)

    return scanner.linked_images(links, Img, frozenset(settings.texts), decode, odd)


def _images(
    links: list[Any], decode: Decode, settings: Settings, left_out: dict[str, int]
) -> list[Image]:
    names = [name for name in _TEXTS if name in settings.texts]
    kinds = frozenset(settings.images)
    images = []
    for img in links:
        texts = _texts(img, names, decode) if type(img) is Img else ()
        if texts and img.url is not None:
            image = _counted(_image(decode(img.url), texts, kinds), left_out)
            if image:
                images.append(image)
    return images


def _counted(image: Image | str, left_out: dict[str, int]) -> Image | None:
    """Return the image; if it is the reason why there is none, count that."""
    if isinstance(image, Image):
        return image
    left_out[image] = left_out.get(image, 0) + 1
    return None


def _texts(img: Img, names: list[TextSource], decode: Decode) -> Texts:
    found = []
    for name in names:
        text = getattr(img, name)
        if text and (text := collapsed(decode(text))):
            found.append((name, text))
    return tuple(found)


def _image(src: str, texts: Texts, kinds: Set[str]) -> Image | str:
    """Return the image, or the reason why it is left out."""
    if src.startswith("data:"):  # by far the commonest of these
        return "inline"
    attributes = {"src": src}
    linked = links_of(attributes, (), kinds)
    if linked.links:
        return Image(linked.links, linked.source, texts)
    return ImageBuilder(attributes, linked, dict(texts), None, False).image()


def _facts(html: Html, decode: Decode) -> PageMetadata:
    metadata = MetadataCollector()
    head = html.head or Head()
    if head.base:
        metadata.base({"href": decode(head.base)}, "")
    for meta in head.metas or ():
        if meta.name and may_speak(name := decode(meta.name)):
            metadata.meta({"name": name, "content": decode(meta.content or "")}, "")
    if head.title:
        metadata.title({}, head.title if decode is str else decoded_text(head.title))
    for link in chain(head.link or (), html.links or ()):
        if link.rel and link.url is not None and is_licence(link.rel):
            metadata.licence({"href": decode(link.url)}, "")
    return metadata.metadata()
