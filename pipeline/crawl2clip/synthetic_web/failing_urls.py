"""Publish addresses that give no picture, or a harmful one."""

from collections.abc import Callable

from crawl2clip.synthetic_web import encoding
from crawl2clip.synthetic_web.image_store import Fetched, ImageStore, facts
from crawl2clip.synthetic_web.pictures import Picture
from crawl2clip.synthetic_web.rng import rng


def error_page(status: int) -> bytes:
    """Return an HTML page such as servers send with an error; its picture is no pair of the web."""
    page = f"""<!DOCTYPE html><title>{status}</title><h1>Error {status}</h1>
<p><img src="/assets/sorry.png" alt="sorry, something went wrong here"></p>
"""
    return page.encode()


def _error(store: ImageStore, picture: Picture) -> None:
    status = {"http_404": 404, "http_500": 500}.get(picture.kind, 200)
    body = (f"images/{picture.number:05d}.html", error_page(status))
    url = store.web.put(picture.host, picture.target, body, "text/html", status)
    store.fetched[url] = Fetched(picture.kind)


def _refused(store: ImageStore, picture: Picture) -> None:
    store.fetched[store.url(picture)] = Fetched("refused")


def _redirect(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    body = (f"images/{picture.number:05d}.{picture.format}", data)
    to = store.web.put(picture.host, picture.variant, body, encoding.TYPES[picture.format])
    url = _moved(store, picture, picture.target, to)
    store.fetched[url] = facts(data, picture.scene.id, "redirect")


def _redirect_loop(store: ImageStore, picture: Picture) -> None:
    back = _moved(store, picture, picture.variant, store.url(picture))
    url = _moved(store, picture, picture.target, back)
    store.fetched[url] = Fetched("redirect_loop")


def _moved(store: ImageStore, picture: Picture, target: str, to: str) -> str:
    return store.web.put(picture.host, target, "", "text/html", 301, (("Location", to),))


def _slow(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    note = facts(data, picture.scene.id, "slow")
    store.put(picture, data, note, delay_seconds=store.settings.slow_seconds)


def _wrong_content_type(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    store.put(picture, data, facts(data, picture.scene.id), "text/plain")


def _truncated(store: ImageStore, picture: Picture) -> None:
    data = store.drawn(picture)
    promised = (("Content-Length", str(len(data))),)
    store.put(picture, data[: len(data) // 2], Fetched("truncated"), headers=promised)


def _oversized(store: ImageStore, picture: Picture) -> None:
    random = rng(store.settings.seed, "noise", picture.number)
    data = encoding.oversized(store.settings.oversized_bytes, random)
    store.put(picture, data, facts(data, None, "oversized"), "image/png")


def _bomb(store: ImageStore, picture: Picture) -> None:
    side = store.settings.bomb_side
    data = encoding.bomb(side)
    note = Fetched("bomb", width=side, height=side, sha256=encoding.sha256(data))
    store.put(picture, data, note, "image/png")


FAILURES: dict[str, Callable[[ImageStore, Picture], None]] = {
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
