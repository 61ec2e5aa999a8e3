"""Turn a WAT record's description of a page into the events that a parser would give.

There is `img` with `src`, `alt` and `title`, and `meta`, `link`, `title` and `base`. There is
nothing of what stands around an image, no caption and no heading; neither `srcset` nor other
attributes that hold links; no sizes, no JSON-LD. Whether an image is in `noscript` or `template` is
unknown. In old files an `a` has no `rel`, so a licence may be missing.
"""

from collections.abc import Callable, Iterator

from crawl2clip.extract.html.img_links import LAZY, LAZY_SRCSETS
from crawl2clip.extract.html.lexbor_events import Event
from crawl2clip.extract.wat.wat_json import (
    Object,
    decoded,
    decoded_text,
    object_of,
    objects_of,
    text_of,
)

Decode = Callable[[str], str]

# The extractor knows `src` alone; variants of it write the others in the same way.
_IMAGES = {f"IMG@/{name}": name for name in ("src", "srcset", *LAZY, *LAZY_SRCSETS)}
_LICENCES = ("LINK@/href", "A@/href")


def events_of(metadata: Object, is_decoded: bool) -> Iterator[Event]:
    """Yield the events in the order of the page, the head first; skip values of other types.

    is_decoded: whether character references have been replaced already.
    """
    decode: Decode = str if is_decoded else decoded
    head = object_of(metadata.get("Head"))
    if base := text_of(head.get("Base")):
        yield "base", {"href": decode(base)}, None
    for meta in objects_of(head.get("Metas")):
        yield "meta", _attributes(meta, decode), None
    if title := text_of(head.get("Title")):
        yield "title", None, title if is_decoded else decoded_text(title)
    for link in objects_of(head.get("Link")) + objects_of(metadata.get("Links")):
        if "rel" in link or link.get("path") != "A@/href":  # spares two thirds
            yield from _link(link, decode)


def is_licence(rel: str) -> bool:
    """Return whether a link of that `rel` leads to a licence."""
    return "license" in rel.lower().split()


def _link(link: Object, decode: Decode) -> Iterator[Event]:
    path, url, rel = link.get("path"), link.get("url"), link.get("rel")
    if not isinstance(path, str) or not isinstance(url, str):
        return
    if path in _IMAGES:
        yield "img", _attributes(link, decode) | {_IMAGES[path]: decode(url)}, None
    elif path in _LICENCES and isinstance(rel, str) and is_licence(rel):
        yield "licence", {"rel": rel, "href": decode(url)}, None


def _attributes(link: Object, decode: Decode) -> dict[str, str]:
    return {name: decode(value) for name, value in link.items() if isinstance(value, str)}
