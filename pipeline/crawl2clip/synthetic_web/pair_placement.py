"""Decide which picture stands on which page, and with which text."""

from collections import defaultdict
from dataclasses import replace
from random import Random

from crawl2clip.synthetic_web import captions
from crawl2clip.synthetic_web.expected_pairs import Placed
from crawl2clip.synthetic_web.image_store import ImageStore
from crawl2clip.synthetic_web.pictures import Picture
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.settings import SampleSettings

# By page number.
Layout = dict[int, list[Placed]]


class PairPlacement:
    """Deals the pictures out to the pages: each to one page, some kinds to a second one too."""

    def __init__(self, store: ImageStore, pictures: list[Picture], langs: list[str]) -> None:
        self.store = store
        self.settings: SampleSettings = store.settings
        self.pictures = pictures
        self.langs = langs
        self.layout: Layout = defaultdict(list)
        self._boilerplates = 0

    def placed(self) -> Layout:
        """Return all pictures by page, in the order in which they stand there."""
        for picture in self.pictures:
            page = picture.number % self.settings.pages
            first = self._placed(picture, self.langs[page])
            self.layout[page].append(first)
            self._place_again(picture, first, (page + 1) % self.settings.pages)
        self._place_many_texts(self.pictures[0])
        for page, there in self.layout.items():
            rng(self.settings.seed, "order", page).shuffle(there)
        return self.layout

    def _placed(self, picture: Picture, lang: str, kind: str | None = None) -> Placed:
        random = rng(self.settings.seed, "text", picture.number, lang, kind)
        text, told, is_true = self._text(picture, lang, random)
        url = self.store.url(picture)
        shown = self.store.fetched[url].scene_id is not None
        return Placed(
            url, text, told, is_true and shown, picture.kind if kind is None else kind,
            more=self._unlike({text}, picture, lang) if picture.kind in _TWO_TEXTS else "",
            variant=self.store.web.url(picture.host, picture.variant),
            placeholder=self.store.placeholder(picture.host) if picture.kind in _LAZY else "",
        )  # fmt: skip

    def _text(self, picture: Picture, lang: str, random: Random) -> tuple[str, str | None, bool]:
        """Return the text, its language, and whether it is true of the scene."""
        scene, spaced = picture.scene, "en" if lang in captions.UNSPACED else lang
        if picture.kind == "mismatched":
            others = [p.scene for p in self.pictures]
            return captions.other_caption(scene, others, lang, random), lang, False
        if picture.kind == "boilerplate":
            return self._boilerplate(random), None, False
        if picture.kind == "rare_tokens":
            return captions.rare_text(random), None, False
        if picture.kind == "too_short":
            return captions.short_text(scene, spaced, random), spaced, True
        if picture.kind == "too_long":
            return captions.long_text(scene, spaced, random), spaced, True
        return captions.caption(scene, lang, random), lang, True

    def _boilerplate(self, random: Random) -> str:
        self._boilerplates += 1
        common = self._boilerplates <= self.settings.boilerplate_repeats
        return captions.BOILERPLATE[0] if common else random.choice(captions.BOILERPLATE)

    def _place_again(self, picture: Picture, first: Placed, page: int) -> None:
        if picture.kind == "shared_pair":
            self.layout[page].append(first)
        elif picture.kind == "second_text":
            lang = self.langs[page]
            self.layout[page].append(self._other_text(picture, lang, {first.text}, "second_text"))

    def _place_many_texts(self, picture: Picture) -> None:
        texts = {placed.text for there in self.layout.values() for placed in there}
        for i in range(self.settings.many_texts):
            page = i % self.settings.pages
            again = self._other_text(picture, self.langs[page], texts, "many_texts")
            texts.add(again.text)
            self.layout[page].append(again)

    def _other_text(self, picture: Picture, lang: str, taken: set[str], kind: str) -> Placed:
        """Return the picture with a text that is not taken yet."""
        first = self._placed(picture, lang, kind)
        return replace(first, text=self._unlike(taken, picture, lang))

    def _unlike(self, taken: set[str], picture: Picture, lang: str) -> str:
        """Return a true caption that is not taken yet; templates and synonyms give enough."""
        random = rng(self.settings.seed, "other", picture.number, lang, len(taken))
        for _ in range(1000):
            text = captions.caption(picture.scene, lang, random)
            if text not in taken:
                return text
        raise ValueError(f"no caption of {picture.scene} in {lang} is left; lower many_texts")


_LAZY = ("lazy", "noscript")
_TWO_TEXTS = ("figcaption", "title")
