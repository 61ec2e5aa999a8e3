"""Collect a page's images, texts and metadata from its stream of events.

Which images and texts a page has is decided here and in the modules called from here; the scanner
and the parser only report what stands where.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import islice
from time import thread_time
from typing import Any

from crawl2clip.extract.html import json_ld, open_graph
from crawl2clip.extract.html.image_builder import ImageBuilder, with_anchor
from crawl2clip.extract.html.img_links import SourceLink, links_of, source_links
from crawl2clip.extract.html.lexbor_events import Event
from crawl2clip.extract.html.page_model import (
    Attributes,
    Image,
    MetadataCollector,
    PageContent,
    PageMetadata,
    collapsed,
    context,
)
from crawl2clip.extract.html.scanner import Finish, Finished, events, has_image
from crawl2clip.extract.limits.page_budget import FREE_IMAGES_OF_PICTURE, Budget, OverBudgetError
from crawl2clip.extract.limits.read_settings import Settings

# Texts of the image itself; those around it are known when what they stand in ends.
_OWN_TEXTS = ("alt", "title", "data-image-title", "aria-label")
_TEXTS_AROUND = frozenset({"figcaption", "link_text"})
# Images that need no `img` in the page.
_ELSEWHERE = frozenset({"og", "twitter", "json_ld"})
# CPU time is checked once for so many events.
_SOME_EVENTS = 1_000


def page_content(html: bytes, settings: Settings, budget: Budget | None = None) -> PageContent:
    """Return the images of a page, their texts and the page's metadata.

    html: in UTF-8, with U+FFFD for bytes that are not. A page that can have none of the wanted
    images is not parsed and gives empty content. Raises PageError if the parser gives up, or if
    parsing would take very long.
    """
    if _ELSEWHERE.isdisjoint(settings.images) and not has_image(html):
        return PageContent(PageMetadata(), [], {})
    budget = budget or Budget(len(html))
    return collect_content(events(html, wanted(settings), finishing(settings)), settings, budget)


def collect_content(
    stream: Iterable[Event | Finished], settings: Settings, budget: Budget | None = None
) -> PageContent:
    """Return the wanted texts and images of the page; when the budget ends, those up to there."""
    page = _Page(settings, budget or Budget(0))
    try:
        for some in _timed(stream, page.budget):
            for name, attributes, text in some:
                _TAKES[name](page, attributes or {}, text or "")
    except OverBudgetError as error:
        page.problem = str(error)
    return page.content()


def _timed(stream: Iterable[Event | Finished], budget: Budget) -> Iterator[list[Event | Finished]]:
    start, rest = thread_time(), iter(stream)
    while some := list(islice(rest, _SOME_EVENTS)):
        yield some
        start = budget.take_seconds(start)


@lru_cache
def wanted(settings: Settings) -> frozenset[str]:
    """Return the names of the events that `collect_content` needs for these settings."""
    names = {"base", "meta", "title", "licence", "img", "h", "noscript"}
    if {"picture", "lazy"} & set(settings.images):
        names |= {"picture", "source"}
    if "link" in settings.images:
        names.add("a")
    if "link_text" in settings.texts:
        names |= {"a", "/a"}
    if "figcaption" in settings.texts:
        names |= {"figure", "figcaption"}
    if {"og", "twitter"} & set(settings.images):
        names.add("social")
    if "json_ld" in settings.images:
        names.add("json_ld")
    return frozenset(names)


@lru_cache
def finishing(settings: Settings) -> Finish:
    """Return which images the scanner may finish: none if links or figures around them matter."""
    images = frozenset(settings.images)
    if "link" in images or "src" not in images or not _TEXTS_AROUND.isdisjoint(settings.texts):
        return Finish()
    texts = frozenset(_OWN_TEXTS) & set(settings.texts)
    return Finish(texts, images, settings.max_images_per_page)


class _Around:
    """Holds an open link or figure, and the images in it."""

    __slots__ = ("attributes", "images", "text")

    def __init__(self, attributes: Attributes) -> None:
        self.attributes, self.text = attributes, ""
        self.images: list[ImageBuilder] = []


class _Page:
    """Holds the state of a page at one place of the stream; `_TAKES` maps events to its methods."""

    def __init__(self, settings: Settings, budget: Budget) -> None:
        self.settings, self.budget = settings, budget
        self.kinds = frozenset(settings.images)
        self.own_texts = [name for name in _OWN_TEXTS if name in settings.texts]
        self.texts_may_follow = not _TEXTS_AROUND.isdisjoint(settings.texts)
        self.drafts: list[ImageBuilder | Image] = []
        self.previous: ImageBuilder | Image | None = None
        self.elsewhere: list[Image] = []
        self.too_many = self.too_many_elsewhere = 0
        self.problem: str | None = None
        self.heading: str | None = None
        self.noscripts = 0
        # Of the picture around: sources that no image has come to, links of the others, images.
        self.has_sources, self.images_of_picture = False, 0
        self.new_sources: list[Attributes] = []
        self.source_links: list[SourceLink] = []
        self.anchors = [_Around({})]
        self.figures = [_Around({})]
        self.metadata = MetadataCollector()

    def _images(self, images: list[Image], _: str) -> None:
        """Add images that the scanner has finished, never beyond the limit.

        In or next to a noscript, one may be the same as the one before.
        """
        before = self.previous
        is_alone = not self.noscripts and not (
            isinstance(before, ImageBuilder) and before.in_noscript
        )
        if is_alone:
            self.drafts += images
            self.previous = images[-1]
        else:
            for image in images:
                self._image(image)

    def _image(self, image: Image) -> None:
        before, self.previous = self.previous, None
        if self.noscripts or (isinstance(before, ImageBuilder) and before.in_noscript):
            if not self.noscripts or "noscript" in self.kinds:
                self.previous = self._placed(
                    ImageBuilder.of_image(image, self.noscripts > 0), before
                )
        else:
            self.previous = image
            self.drafts.append(image)

    def _img(self, attributes: Attributes, _: str) -> None:
        if len(self.drafts) >= self.settings.max_images_per_page:
            self.too_many += 1
            return
        before, self.previous = self.previous, None
        if self.noscripts and "noscript" not in self.kinds:
            return
        texts: dict[str, str] = {
            name: text for name in self.own_texts if (text := _text(attributes, name))
        }
        if texts or self.texts_may_follow:
            self.previous = self._drafted(attributes, texts, before)

    def _drafted(
        self, attributes: Attributes, texts: dict[str, str], before: ImageBuilder | Image | None
    ) -> ImageBuilder:
        """Return the builder of the image: its own, or `before` if that is the same image."""
        linked = links_of(attributes, self._source_links(), self.kinds)
        if "link" in self.kinds:
            anchor = self.anchors[-1].attributes
            linked = with_anchor(linked, anchor, self.settings.prefer_link)
        if self.noscripts and linked.links:
            linked = linked._replace(source="noscript")
        draft = ImageBuilder(attributes, linked, texts, self.heading, self.noscripts > 0)
        return self._placed(draft, before)

    def _placed(self, draft: ImageBuilder, before: ImageBuilder | Image | None) -> ImageBuilder:
        if draft.in_noscript and isinstance(before, Image):
            before = self.drafts[-1] = ImageBuilder.of_image(before, False)
        if isinstance(before, ImageBuilder) and before.is_same(draft):
            before.absorb(draft)
            return before
        self.drafts.append(draft)
        self.anchors[-1].images.append(draft)
        self.figures[-1].images.append(draft)
        return draft

    def _source_links(self) -> list[SourceLink]:
        """Return the links of the picture's sources, and charge them for one more image."""
        for source in self.new_sources:
            self.source_links += source_links(source, self.kinds)
        self.new_sources.clear()
        if self.has_sources:
            self.images_of_picture += 1
            if self.images_of_picture > FREE_IMAGES_OF_PICTURE:
                self.budget.take_source_links(len(self.source_links))
        return self.source_links

    def _source(self, attributes: Attributes, _: str) -> None:
        self.new_sources.append(attributes)
        self.has_sources = True

    def _picture(self, *_: object) -> None:
        if self.has_sources:
            self.has_sources, self.images_of_picture = False, 0
            self.new_sources, self.source_links = [], []

    def _h(self, _: Attributes, text: str) -> None:
        self.heading = context(text) or self.heading

    def _noscript(self, *_: object) -> None:
        self.noscripts += 1

    def _noscript_end(self, *_: object) -> None:
        self.noscripts -= 1

    def _a(self, attributes: Attributes, _: str) -> None:
        self.anchors.append(_Around(attributes))

    def _a_end(self, _: Attributes, text: str) -> None:
        link = self.anchors.pop()
        _give(link.images, "link_text", collapsed(text))

    def _figure(self, attributes: Attributes, _: str) -> None:
        self.figures.append(_Around(attributes))

    def _figcaption(self, _: Attributes, text: str) -> None:
        self.figures[-1].text = self.figures[-1].text or collapsed(text)

    def _figure_end(self, *_: object) -> None:
        """Give the figure's caption to all images in it that have none."""
        figure = self.figures.pop()
        if figure.text:
            _give(figure.images, "figcaption", figure.text)
            return
        few, many = sorted((figure.images, self.figures[-1].images), key=len)
        many += few  # in any order: they get the same text, however deep the figures are
        self.figures[-1].images = many

    def _json_ld(self, _: Attributes, text: str) -> None:
        if len(text) > json_ld.MOST_CHARS:
            self.problem = f"too much JSON-LD: more than {json_ld.MOST_CHARS} characters"
        else:
            self._add_elsewhere(json_ld.images_in(text))

    def _add_elsewhere(self, images: Iterable[Image]) -> None:
        room = self.settings.max_images_per_page - len(self.elsewhere)
        for image in images:
            if image.texts[0][0] in self.settings.texts:
                if room > 0:
                    self.elsewhere.append(image)
                else:
                    self.too_many_elsewhere += 1
                room -= 1

    def content(self) -> PageContent:
        for kind in ("og", "twitter"):
            if kind in self.kinds:
                self._add_elsewhere(open_graph.images_in(self.metadata.social, kind))
        images: list[Image] = []
        left_out: dict[str, int] = {}
        for draft in self.drafts:
            if isinstance(draft, Image):
                images.append(draft)
            elif draft.texts:
                image = draft.image()
                if isinstance(image, str):
                    left_out[image] = left_out.get(image, 0) + 1
                else:
                    images.append(image)
        images += self.elsewhere
        most = self.settings.max_images_per_page
        beyond = self.too_many + self.too_many_elsewhere + max(0, len(images) - most)
        return PageContent(self.metadata.metadata(), images[:most], left_out, beyond, self.problem)


_TAKES: dict[str, Callable[[_Page, Any, str], None]] = {
    "images": _Page._images,
    "img": _Page._img,
    "h": _Page._h,
    "source": _Page._source,
    "picture": _Page._picture,
    "/picture": _Page._picture,
    "noscript": _Page._noscript,
    "/noscript": _Page._noscript_end,
    "a": _Page._a,
    "/a": _Page._a_end,
    "figure": _Page._figure,
    "figcaption": _Page._figcaption,
    "/figure": _Page._figure_end,
    "json_ld": _Page._json_ld,
    "base": lambda page, attributes, _: page.metadata.base(attributes, ""),
    "meta": lambda page, attributes, _: page.metadata.meta(attributes, ""),
    "licence": lambda page, attributes, _: page.metadata.licence(attributes, ""),
    "title": lambda page, _, text: page.metadata.title({}, text),
}


def _text(attributes: Attributes, name: str) -> str:
    value = attributes.get(name)
    return collapsed(value) if value else ""


def _give(images: Iterable[ImageBuilder], source: str, text: str) -> None:
    for image in images:
        if text:
            image.texts.setdefault(source, text)
