"""Write links and text in the many ways of HTML authors."""

from html import escape
from posixpath import dirname, relpath
from random import Random
from urllib.parse import unquote, urlsplit

_FORMS = ("absolute", "root", "root", "host", "relative", "relative", "dotted")


def written(url: str, base: str, random: Random) -> str:
    """Return `url` as a page with that base may write it: absolute, or relative in some way."""
    here, there = urlsplit(base), urlsplit(url)
    form = random.choice(_FORMS)
    if form == "host":
        return url.removeprefix("http:")
    if form == "absolute" or here.netloc != there.netloc:
        return url
    target = url.removeprefix(f"http://{there.netloc}")
    if form == "root":
        return target
    folder = here.path if here.path.endswith("/") else dirname(here.path)
    steps = relpath(there.path, folder) + target[len(there.path) :]
    return f"./{steps}" if form == "dotted" and not steps.startswith("..") else steps


def spelt_out(url: str) -> str:
    """Return a link with its spaces and foreign letters bare, as careless authors write them."""
    return unquote(url)


def entities(url: str) -> str:
    """Return the link in HTML with some ampersands bare: '&copy=2' holds no copyright sign."""
    return escape(url).replace("&amp;copy=", "&copy=")


def many_entities(text: str) -> str:
    """Return the text in HTML with far more character references than it needs."""
    spelt = "".join(_NAMED.get(c, f"&#{ord(c)};" if ord(c) > 127 else c) for c in escape(text))
    return spelt.replace(" ", "&#10; ", 1).replace(" ", "&#x20;&nbsp;", 1)


_NAMED = {"é": "&eacute;", "ü": "&uuml;", "ß": "&szlig;", "ñ": "&ntilde;", "ã": "&atilde;"}
