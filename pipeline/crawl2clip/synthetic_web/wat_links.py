"""Describe a page's HTML as Common Crawl's WAT does: its head and its links.

As there, the page is read tag by tag, not as a tree, and values stand as they do in the source,
character references and all.
"""

import re
from typing import Any

_TAG = re.compile(
    r"""<!--.*?-->|<script\b.*?</script\s*>|<style\b.*?</style\s*>"""
    r"""|<(/?[a-z][a-z0-9]*)((?:[^>"']|"[^"]*"|'[^']*')*)>""",
    re.IGNORECASE | re.DOTALL,
)
_ATTRIBUTE = re.compile(r"""([^\s=/>"']+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s>]+))?""")
_SPACE = re.compile(r"\s+")
Values = dict[str, str]


def html_metadata(html: str) -> dict[str, Any]:
    """Return the object HTML-Metadata of a page."""
    head: dict[str, Any] = {}
    links: list[Values] = []
    tags = [match for match in _TAG.finditer(html) if match[1]]
    for match in tags:
        name, values = match[1].lower(), _values(match[2])
        if name == "title" and "Title" not in head:
            head["Title"] = _text(html, match.end(), "title")
        elif name == "base" and "href" in values and "Base" not in head:
            head["Base"] = values["href"]
        elif name == "meta":
            head.setdefault("Metas", []).append(values)
        elif name == "link" and "href" in values:
            head.setdefault("Link", []).append(_link("LINK@/href", "href", values, "rel", "type"))
        elif name == "img" and "src" in values:
            links.append(_link("IMG@/src", "src", values, "alt", "title"))
        elif name == "a" and "href" in values:
            links.append(_anchor(html, match.end(), values))
    return {"Head": head, **({"Links": links} if links else {})}


def _values(attributes: str) -> Values:
    """Return the attributes by name in lower case; of several with one name the first counts."""
    values: Values = {}
    for name, value in _ATTRIBUTE.findall(attributes):
        bare = value[1:-1] if value[:1] in ('"', "'") else value
        values.setdefault(name.lower(), bare)
    return values


def _link(path: str, attribute: str, values: Values, *more: str) -> Values:
    return {"path": path, "url": values[attribute]} | {k: values[k] for k in more if k in values}


def _anchor(html: str, start: int, values: Values) -> Values:
    text = _text(html, start, "a")
    link = _link("A@/href", "href", values, "title")
    return link | ({"text": text} if text else {})


def _text(html: str, start: int, name: str) -> str:
    """Return the text up to the end tag, without tags inside it."""
    end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(html, start, start + 2000)
    inside = html[start : end.start()] if end else ""
    return _SPACE.sub(" ", _TAG.sub(" ", inside)).strip()
