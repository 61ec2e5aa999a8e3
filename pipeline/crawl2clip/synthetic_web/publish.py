"""Publish each kind of picture on the web in its own way."""

from collections.abc import Callable

from crawl2clip.synthetic_web import encoding
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.failing_urls import FAILURES
from crawl2clip.synthetic_web.image_store import ImageStore, facts
from crawl2clip.synthetic_web.pictures import COPIES, Picture
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.settings import IMAGE_SIGNALS
from crawl2clip.synthetic_web.web import Headers

_MAKE = {
    "exact_duplicate": lambda original, random: original,
    "recompressed": encoding.recompressed,
    "resized": encoding.resized,
    "cropped": encoding.cropped,
}


def publish(store: ImageStore, pictures: list[Picture]) -> None:
    """Publish all pictures: originals first, for copies are made from their bytes."""
    for picture in sorted(pictures, key=lambda p: (p.original is not None, p.number)):
        (_KINDS | FAILURES).get(picture.kind, _sound)(store, picture)


def opt_out_header(signal: str) -> Headers:
    """Return the header that a signal such as 'image_header:noai' stands for."""
    _, _, what = signal.partition(":")
    return (("tdm-reservation", "1"),) if what == "tdm-reservation" else (("X-Robots-Tag", what),)


def _sound(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    store.put(picture, data, facts(data, picture.scene.id))


def _copy(store: ImageStore, picture: Picture) -> None:
    original = picture.original
    if original is None:
        raise ValueError(f"{picture} is a copy of nothing")
    random = rng(store.settings.seed, "copy", picture.number)
    kind = picture.kind if picture.kind in COPIES else random.choice(COPIES)
    data = _MAKE[kind](store.bytes_of(original), random)
    of = store.url(original) if original.host else original.target
    duplicate = (of, kind.removesuffix("_duplicate"))
    note = facts(data, picture.scene.id, "ok", duplicate, picture.kind == "evaluation")
    store.put(picture, data, note)


def _with_smaller(store: ImageStore, picture: Picture) -> None:
    random = rng(store.settings.seed, "variant", picture.number)
    _with_variant(store, picture, "resized", encoding.resized(store.drawn(picture), random))


def _with_webp(store: ImageStore, picture: Picture) -> None:
    image = encoding.decoded(store.drawn(picture))
    _with_variant(store, picture, "recompressed", encoding.encoded(image, "webp", 70))


def _with_variant(store: ImageStore, picture: Picture, kind: str, data: bytes) -> None:
    """Publish the picture, and a second file of it under an address of its own."""
    _sound(store, picture)
    name = picture.variant.rsplit("/", 1)[-1]
    kind_of_file = encoding.TYPES[name.rsplit(".", 1)[-1]]
    url = store.web.put(picture.host, picture.variant, (f"images/{name}", data), kind_of_file)
    store.fetched[url] = facts(data, picture.scene.id, "ok", (store.url(picture), kind))


def _odd_mode(store: ImageStore, picture: Picture) -> None:
    image = draw(picture.scene, rng(store.settings.seed, "draw", picture.scene.id))
    mode = encoding.ODD_MODES[picture.number % len(encoding.ODD_MODES)]
    data, content_type = encoding.odd_mode(image, mode)
    store.put(picture, data, facts(data, picture.scene.id), content_type)


def _pixel(store: ImageStore, picture: Picture) -> None:
    store.put(picture, encoding.PIXEL, facts(encoding.PIXEL, None), "image/gif")


def _image_opt_out(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    signal = IMAGE_SIGNALS[store.signals % len(IMAGE_SIGNALS)]
    store.signals += 1
    note = facts(data, picture.scene.id, opt_out=(signal,))
    store.put(picture, data, note, headers=opt_out_header(signal))


def _robots_txt(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    store.put(picture, data, facts(data, picture.scene.id, opt_out=("robots_txt",)))


_KINDS: dict[str, Callable[[ImageStore, Picture], None]] = {
    **dict.fromkeys((*COPIES, "evaluation"), _copy),
    "srcset": _with_smaller,
    "picture": _with_webp,
    "odd_mode": _odd_mode,
    "pixel": _pixel,
    "image_opt_out": _image_opt_out,
    "robots_txt": _robots_txt,
}
