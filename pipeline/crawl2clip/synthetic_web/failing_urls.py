"""Addresses that give no picture, or one that does harm."""

from collections.abc import Callable

from crawl2clip.synthetic_web import encoding
from crawl2clip.synthetic_web.image_store import Fetched, Shelf, facts
from crawl2clip.synthetic_web.pictures import Picture
from crawl2clip.synthetic_web.rng import rng


def error_page(status: int) -> bytes:
    """An HTML page such as servers send with an error, its picture no pair of the web."""
    page = f"""<!DOCTYPE html><title>{status}</title><h1>Error {status}</h1>
<p><img src="/assets/sorry.png" alt="sorry, something went wrong here"></p>
"""
    return page.encode()


def _error(shelf: Shelf, picture: Picture) -> None:
    status = {"http_404": 404, "http_500": 500}.get(picture.kind, 200)
    body = (f"images/{picture.number:05d}.html", error_page(status))
    url = shelf.web.put(picture.host, picture.target, body, "text/html", status)
    shelf.fetched[url] = Fetched(picture.kind)


def _refused(shelf: Shelf, picture: Picture) -> None:
    shelf.fetched[shelf.url(picture)] = Fetched("refused")


def _redirect(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    body = (f"images/{picture.number:05d}.{picture.format}", data)
    to = shelf.web.put(picture.host, picture.variant, body, encoding.TYPES[picture.format])
    url = _moved(shelf, picture, picture.target, to)
    shelf.fetched[url] = facts(data, picture.scene.id, "redirect")


def _redirect_loop(shelf: Shelf, picture: Picture) -> None:
    back = _moved(shelf, picture, picture.variant, shelf.url(picture))
    url = _moved(shelf, picture, picture.target, back)
    shelf.fetched[url] = Fetched("redirect_loop")


def _moved(shelf: Shelf, picture: Picture, target: str, to: str) -> str:
    return shelf.web.put(picture.host, target, "", "text/html", 301, (("Location", to),))


def _slow(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    note = facts(data, picture.scene.id, "slow")
    shelf.put(picture, data, note, delay_seconds=shelf.settings.slow_seconds)


def _wrong_content_type(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    shelf.put(picture, data, facts(data, picture.scene.id), "text/plain")


def _truncated(shelf: Shelf, picture: Picture) -> None:
    data = shelf.drawn(picture)
    promised = (("Content-Length", str(len(data))),)
    shelf.put(picture, data[: len(data) // 2], Fetched("truncated"), headers=promised)


def _oversized(shelf: Shelf, picture: Picture) -> None:
    random = rng(shelf.settings.seed, "noise", picture.number)
    data = encoding.oversized(shelf.settings.oversized_bytes, random)
    shelf.put(picture, data, facts(data, None, "oversized"), "image/png")


def _bomb(shelf: Shelf, picture: Picture) -> None:
    side = shelf.settings.bomb_side
    data = encoding.bomb(side)
    note = Fetched("bomb", width=side, height=side, sha256=encoding.sha256(data))
    shelf.put(picture, data, note, "image/png")


TROUBLES: dict[str, Callable[[Shelf, Picture], None]] = {
    "http_404": _error,
    "http_500": _error,
    "not_an_image": _error,
    "refused": _refused,
    "redirect": _redirect,
    "redirect_loop": _redirect_loop,
    "slow": _slow,
    "wrong_content_type": _wrong_content_type,
    "truncated": _truncated,
    "oversized": _oversized,
    "bomb": _bomb,
}
