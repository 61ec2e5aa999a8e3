"""MediaWiki dumps made for a test."""

import bz2
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

SITE = '<mediawiki xml:lang="en">\n  <siteinfo><sitename>Tiny</sitename></siteinfo>\n'


def page(title: str, text: str, namespace: int = 0, redirect: str = "") -> str:
    """A page as Wikimedia's dumps have it; redirect: the element, if it is one."""
    return (
        f"  <page>\n    <title>{escape(title)}</title>\n    <ns>{namespace}</ns>\n"
        f"    <id>1</id>\n{redirect}    <revision>\n      <id>2</id>\n"
        f'      <text bytes="9" xml:space="preserve">{escape(text)}</text>\n'
        "    </revision>\n  </page>\n"
    )


def multistream(path: Path, pages: Sequence[str], together: int = 2) -> str:
    """Write a dump like pages-articles-multistream.xml.bz2: a stream for so many pages."""
    parts = ["".join(pages[i : i + together]) for i in range(0, len(pages), together)]
    parts = [SITE, *parts, "</mediawiki>"]
    path.write_bytes(b"".join(bz2.compress(part.encode()) for part in parts))
    return str(path)


def cut_anywhere(path: Path, pages: Sequence[str], size: int) -> str:
    """Write a dump as pbzip2 packs it: streams of so many bytes, cut inside pages and tags."""
    data = (SITE + "".join(pages) + "</mediawiki>").encode()
    parts = [data[i : i + size] for i in range(0, len(data), size)]
    path.write_bytes(b"".join(map(bz2.compress, parts)))
    return str(path)
