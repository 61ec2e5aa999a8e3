"""Extract the text that a reader sees from wikitext."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from crawl2clip.entries.sources.dump import Article

if TYPE_CHECKING:
    from mwparserfromhell.nodes import Tag
    from mwparserfromhell.wikicode import Wikicode

# Links without visible text: their options would count as words ("thumb", "220px").
_UNSEEN_LINK = re.compile(r"\s*(file|image|category)\s*:", re.IGNORECASE)
_UNSEEN_TAGS = {"ref", "math", "gallery", "score", "timeline", "syntaxhighlight", "style"}
# Tags inside a word; all others end one, as <br> and table cells do.
_INLINE = {"b", "i", "u", "s", "em", "strong", "small", "big", "span", "sub", "sup", "font", "abbr"}

# Opening markup: if it is never closed, the parser's time grows with the square of their number, to
# 15 seconds at this limit. The articles with most references have half as many.
_OPENINGS = ("<", "{|", "[http")
MOST_OPENINGS = 20_000


def plain_text(article: Article) -> Article:
    """Return the article without markup, templates, references, images and categories.

    mwparserfromhell parses it, at half a megabyte a second.
    """
    import mwparserfromhell  # executors have it; the driver need not

    if article.problem:
        return article
    if sum(map(article.text.count, _OPENINGS)) > MOST_OPENINGS:
        return Article("", f"wikitext: more than {MOST_OPENINGS:,} tags, tables and links")
    try:
        return Article("".join(_seen(mwparserfromhell.parse(article.text))).strip())
    except (mwparserfromhell.parser.ParserError, RecursionError) as error:
        return Article("", f"wikitext: {error}")


def _seen(code: Wikicode | str | None) -> Iterator[str]:
    """Yield the visible pieces of text in order.

    A template yields none, as its content is not here.
    """
    from mwparserfromhell import nodes

    for node in getattr(code, "nodes", ()):
        if isinstance(node, nodes.Text):
            yield node.value
        elif isinstance(node, nodes.HTMLEntity):
            yield node.normalize() or ""
        elif isinstance(node, nodes.Tag):
            yield from _seen_of_tag(node)
        elif isinstance(node, nodes.Heading | nodes.ExternalLink):
            yield from _seen(node.title)
        elif isinstance(node, nodes.Wikilink) and not _UNSEEN_LINK.match(str(node.title)):
            yield from _seen(node.title if node.text is None else node.text)


def _seen_of_tag(tag: Tag) -> Iterator[str]:
    name = str(tag.tag).strip().lower()
    if name in _UNSEEN_TAGS:
        return
    border = "" if name in _INLINE else " "
    yield border
    yield from _seen(tag.contents)
    yield border
