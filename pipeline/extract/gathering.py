"""The events of a page -> what it offers.

Which images and texts a page has is decided here and in what this calls; whoever reads the page
only says what stands where.
"""

from collections.abc import Callable, Iterable

from pipeline.extract import json_ld, social
from pipeline.extract.drafts import Draft, with_anchor
from pipeline.extract.events import Event
from pipeline.extract.facts import FactsSeen
from pipeline.extract.links import Attributes, links_of
from pipeline.extract.offers import Image, Offers
from pipeline.extract.settings import Settings
from pipeline.extract.texts import collapsed, context

# Texts of the image itself; those around it are known when what they stand in ends.
_OWN_TEXTS = ("alt", "title", "data-image-title", "aria-label")


def offers_of(events: Iterable[Event], settings: Settings) -> Offers:
    """What the page offers to who wants these texts and images."""
    page = _Page(settings)
    for name, attributes, text in events:
        page.takes[name](attributes or {}, text or "")
    return page.offers()


def wanted(settings: Settings) -> frozenset[str]:
    """The events that `offers_of` needs for these settings."""
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


class _Around:
    """A link or a figure that is open, and the images in it."""

    __slots__ = ("attributes", "images", "text")

    def __init__(self, attributes: Attributes) -> None:
        self.attributes, self.text = attributes, ""
        self.images: list[Draft] = []


class _Page:
    """What is known of a page at one place of the stream; `takes` are the events by name."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.kinds = frozenset(settings.images)
        self.own_texts = [name for name in _OWN_TEXTS if name in settings.texts]
        self.texts_may_follow = not {"figcaption", "link_text"}.isdisjoint(settings.texts)
        self.drafts: list[Draft] = []
        self.previous: Draft | None = None
        self.elsewhere: list[Image] = []
        self.too_many = 0
        self.heading: str | None = None
        self.noscripts = 0
        self.sources: list[Attributes] = []
        self.anchors = [_Around({})]
        self.figures = [_Around({})]
        self.facts = FactsSeen()
        self.takes: dict[str, Callable[[Attributes, str], None]] = {
            "img": self._img,
            "h": self._h,
            "source": lambda attributes, _: self.sources.append(attributes),
            "picture": lambda *_: self.sources.clear(),
            "/picture": lambda *_: self.sources.clear(),
            "noscript": self._noscript,
            "/noscript": self._noscript_end,
            "a": lambda attributes, _: self.anchors.append(_Around(attributes)),
            "/a": self._a_end,
            "figure": lambda attributes, _: self.figures.append(_Around(attributes)),
            "figcaption": self._figcaption,
            "/figure": self._figure_end,
            "json_ld": lambda _, text: self.elsewhere.extend(json_ld.images_in(text)),
            "base": self.facts.base,
            "meta": self.facts.meta,
            "licence": self.facts.licence,
            "title": self.facts.title,
        }

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
        self, attributes: Attributes, texts: dict[str, str], before: Draft | None
    ) -> Draft:
        """The draft that holds the image: its own, or the one before if that is the same."""
        linked = links_of(attributes, self.sources, self.kinds)
        if "link" in self.kinds:
            anchor = self.anchors[-1].attributes
            linked = with_anchor(linked, anchor, self.settings.prefer_link)
        if self.noscripts and linked.links:
            linked = linked._replace(source="noscript")
        draft = Draft(attributes, linked, texts, self.heading, self.noscripts > 0)
        if before and before.is_same(draft):
            before.absorb(draft)
            return before
        self.drafts.append(draft)
        self.anchors[-1].images.append(draft)
        self.figures[-1].images.append(draft)
        return draft

    def _h(self, _: Attributes, text: str) -> None:
        self.heading = context(text) or self.heading

    def _noscript(self, *_: object) -> None:
        self.noscripts += 1

    def _noscript_end(self, *_: object) -> None:
        self.noscripts -= 1

    def _a_end(self, _: Attributes, text: str) -> None:
        link = self.anchors.pop()
        _give(link.images, "link_text", collapsed(text))

    def _figcaption(self, _: Attributes, text: str) -> None:
        self.figures[-1].text = self.figures[-1].text or collapsed(text)

    def _figure_end(self, *_: object) -> None:
        """Its caption is that of all images in it, but for those in a figure with its own."""
        figure = self.figures.pop()
        if figure.text:
            _give(figure.images, "figcaption", figure.text)
        else:
            self.figures[-1].images += figure.images

    def offers(self) -> Offers:
        for kind in ("og", "twitter"):
            if kind in self.kinds:
                self.elsewhere += social.images_in(self.facts.social, kind)
        images: list[Image] = []
        left_out: dict[str, int] = {}
        for draft in self.drafts:
            if draft.texts:
                image = draft.image()
                if isinstance(image, str):
                    left_out[image] = left_out.get(image, 0) + 1
                else:
                    images.append(image)
        images += [image for image in self.elsewhere if image.texts[0][0] in self.settings.texts]
        return self._limited(images, left_out)

    def _limited(self, images: list[Image], left_out: dict[str, int]) -> Offers:
        most = self.settings.max_images_per_page
        beyond = self.too_many + max(0, len(images) - most)
        if beyond:
            left_out["too_many"] = beyond
        return Offers(self.facts.facts(), images[:most], left_out)


def _text(attributes: Attributes, name: str) -> str:
    value = attributes.get(name)
    return collapsed(value) if value else ""


def _give(images: Iterable[Draft], source: str, text: str) -> None:
    for image in images:
        if text:
            image.texts.setdefault(source, text)
