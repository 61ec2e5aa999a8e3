"""Each kind of picture put on the web in its own way."""

from collections.abc import Callable

from crawl2clip.synthetic_web import encoding
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.failing_urls import TROUBLES
from crawl2clip.synthetic_web.image_store import Shelf, facts
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


def publish(shelf: Shelf, pictures: list[Picture]) -> None:
    """Put all pictures there: originals first, for copies are made from their bytes."""
    for picture in sorted(pictures, key=lambda p: (p.original is not None, p.number)):
        (_KINDS | TROUBLES).get(picture.kind, _sound)(shelf, picture)


def opt_out_header(signal: str) -> Headers:
    """The header that says what a signal such as 'image_header:noai' stands for."""
    _, _, what = signal.partition(":")
    return (("tdm-reservation", "1"),) if what == "tdm-reservation" else (("X-Robots-Tag", what),)


def _sound(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    shelf.put(picture, data, facts(data, picture.scene.id))


def _copy(shelf: Shelf, picture: Picture) -> None:
    original = picture.original
    if original is None:
        raise ValueError(f"{picture} is a copy of nothing")
    random = rng(shelf.settings.seed, "copy", picture.number)
    kind = picture.kind if picture.kind in COPIES else random.choice(COPIES)
    data = _MAKE[kind](shelf.bytes_of(original), random)
    of = shelf.url(original) if original.host else original.target
    duplicate = (of, kind.removesuffix("_duplicate"))
    note = facts(data, picture.scene.id, "ok", duplicate, picture.kind == "evaluation")
    shelf.put(picture, data, note)


def _with_smaller(shelf: Shelf, picture: Picture) -> None:
    random = rng(shelf.settings.seed, "variant", picture.number)
    _with_variant(shelf, picture, "resized", encoding.resized(shelf.drawn(picture), random))


def _with_webp(shelf: Shelf, picture: Picture) -> None:
    image = encoding.decoded(shelf.drawn(picture))
    _with_variant(shelf, picture, "recompressed", encoding.encoded(image, "webp", 70))


def _with_variant(shelf: Shelf, picture: Picture, kind: str, data: bytes) -> None:
    """The picture, and a second file of it under an address of its own."""
    _sound(shelf, picture)
    name = picture.variant.rsplit("/", 1)[-1]
    kind_of_file = encoding.TYPES[name.rsplit(".", 1)[-1]]
    url = shelf.web.put(picture.host, picture.variant, (f"images/{name}", data), kind_of_file)
    shelf.fetched[url] = facts(data, picture.scene.id, "ok", (shelf.url(picture), kind))


def _odd_mode(shelf: Shelf, picture: Picture) -> None:
    image = draw(picture.scene, rng(shelf.settings.seed, "draw", picture.scene.id))
    mode = encoding.ODD_MODES[picture.number % len(encoding.ODD_MODES)]
    data, content_type = encoding.odd_mode(image, mode)
    shelf.put(picture, data, facts(data, picture.scene.id), content_type)


def _pixel(shelf: Shelf, picture: Picture) -> None:
    shelf.put(picture, encoding.PIXEL, facts(encoding.PIXEL, None), "image/gif")


def _image_opt_out(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    signal = IMAGE_SIGNALS[shelf.signals % len(IMAGE_SIGNALS)]
    shelf.signals += 1
    note = facts(data, picture.scene.id, opt_out=(signal,))
    shelf.put(picture, data, note, headers=opt_out_header(signal))


def _robots_txt(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    shelf.put(picture, data, facts(data, picture.scene.id, opt_out=("robots_txt",)))


_KINDS: dict[str, Callable[[Shelf, Picture], None]] = {
    **dict.fromkeys((*COPIES, "evaluation"), _copy),
    "srcset": _with_smaller,
    "picture": _with_webp,
    "odd_mode": _odd_mode,
    "pixel": _pixel,
    "image_opt_out": _image_opt_out,
    "robots_txt": _robots_txt,
}
