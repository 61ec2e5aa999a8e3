"""Read a page with lexbor as a stream of the events that have to do with images.

An event is (name, attributes, text); attributes and text are None where there are none. Events come
in document order:

    base, meta, img, source     the element; attributes by lower-case name, the first of duplicates,
                                '' for an attribute without a value
    licence                     an `a` or `link` whose `rel` has the word "license"; attributes
    picture, a, figure, noscript        the element starts; attributes
    /picture, /a, /figure, /noscript    it ends; `/a` has the link's text if `/a` is wanted
    title, h, figcaption        text: of the element; h is any of h1 to h6
    json_ld                     text: the content of a script of that type, as it stands

The tree that an HTML parser builds without scripting decides what is where: an `img` that is moved
out of a table is moved in the stream too, the content of `template` is no part of it. Events that
can't change the page's content may be missing: containers with neither an image, a source nor a
caption in them, `source` outside of `picture`, headings that no image follows before the next, all
titles but the first, `meta` that addresses neither robots nor text and data mining nor, if `social`
is wanted, social networks.

The text of an element is that of its text nodes, as the parser decodes them, but for those in
`SILENT` elements, with a space at each start and end of an element that is not `INLINE`; it is cut
at `LONGEST_TEXT` characters, and otherwise unchanged.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Optional

from crawl2clip.extract.archives.page import PageError
from crawl2clip.extract.html.parser_limits import refuse_bomb
from crawl2clip.extract.limits.abort_mark import abort_on_mark

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

Event = tuple[str, dict[str, str] | None, str | None]

CONTAINERS = frozenset({"picture", "a", "figure", "noscript"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Elements that do not separate words.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark"  # noqa: SIM905
    " nobr q s samp small span strike strong sub sup time tt u var wbr".split()
)
# Elements whose content is not for reading.
SILENT = frozenset(
    "iframe noembed noframes noscript plaintext script style template textarea xmp".split()  # noqa: SIM905
)
LONGEST_TEXT = 5_000
# Besides one for each eight bytes of the page, of which a node with its text mostly takes more:
# texts can stand in each other, but not without end. One takes 3 us; real pages have 3,300.
_MOST_VISITS = 100_000
_VISIT_BYTES = 8

_SELECTORS = {
    "base": "base",
    "meta": "meta[name*=bot i], meta[name=slurp i], meta[name*='tdm-' i]",
    "social": "meta[property*=':'], meta[name*=':']",
    "img": "img",
    "source": "source",
    "title": "title",
    "h": "h1, h2, h3, h4, h5, h6",
    "figcaption": "figcaption",
    "licence": "a[rel~=license i], link[rel~=license i]",
    "json_ld": "script[type*='ld+json' i]",
}
EVENTS = frozenset(_SELECTORS) | CONTAINERS | {"/a"}


def events(html: bytes, wanted: frozenset[str] = EVENTS) -> Iterator[Event]:
    """Yield the events whose names are wanted, from lexbor's tree.

    The end of a container comes with its start. Raises PageError if the parser gives up, or if
    parsing would take very long.
    """
    from selectolax.lexbor import LexborDocumentOptions, LexborHTMLParser, SelectolaxError

    abort_on_mark(html)
    refuse_bomb(html)
    try:
        # Events are what lexbor does to a finished part of the tree, such as to look through all
        # options of a `select` for each one that is added.
        tree = LexborHTMLParser(html, options=LexborDocumentOptions.WO_EVENTS)
    except SelectolaxError as error:
        raise PageError(f"undecodable page: {error}") from error
    return _Walk(tree, wanted, _Visits(_MOST_VISITS + len(html) // _VISIT_BYTES)).events()


class _Visits:
    """Counts nodes that may still be visited for texts: links and headings can be nested."""

    def __init__(self, left: int) -> None:
        self.left = left

    def count(self) -> None:
        """Count one visit. Raises PageError if that was one too many."""
        self.left -= 1
        if self.left < 0:
            raise PageError("page too deep: texts in texts")


class _Inside:
    """Represents an open container, linked to the next one outside of it."""

    __slots__ = ("depth", "node", "outer")

    def __init__(self, node: "LexborNode", outer: Optional["_Inside"]) -> None:
        self.node, self.outer = node, outer
        self.depth: int = outer.depth + 1 if outer else 1

    def is_in(self, tag: str) -> bool:
        """Return whether this container, or one around it, is such an element."""
        inside: _Inside | None = self
        while inside and inside.node.tag != tag:
            inside = inside.outer
        return inside is not None


class _Walk:
    """Walks once over the elements that matter, in document order.

    Containers are found by climbing from their content, for a page has thousands of links and
    few with an image in them. No element is climbed through twice: `inside` holds, by node, the
    innermost container that is open inside it.
    """

    def __init__(self, tree: "LexborHTMLParser", wanted: frozenset[str], visits: _Visits) -> None:
        self.tree, self.wanted, self.visits = tree, wanted, visits
        self.containers = CONTAINERS & wanted
        self.inside: dict[int, _Inside | None] = {}
        self.open: _Inside | None = None
        self.heading: LexborNode | None = None
        self.has_title = False
        self.drawn: dict[int, bool] = {}

    def events(self) -> Iterator[Event]:
        before = 0
        for node in self._nodes():
            if node.mem_id == before:  # what two selectors match comes twice
                continue
            before = node.mem_id
            tag = node.tag or ""
            if tag in ("img", "source", "figcaption"):
                yield from self._contained(node, tag)
            elif tag in HEADINGS:
                self.heading = node
            else:
                yield from self._fact(node, tag)
        yield from self._moves(None)

    def _nodes(self) -> "Iterable[LexborNode]":
        selectors = [selector for name, selector in _SELECTORS.items() if name in self.wanted]
        return self.tree.css(", ".join(selectors)) if selectors else ()

    def _contained(self, node: "LexborNode", tag: str) -> Iterator[Event]:
        inside = self._container(node)
        if tag == "source" and not (inside and inside.is_in("picture")):
            return
        if self.heading is not None and tag == "img":
            yield "h", None, text_of(self.heading, self.visits)
            self.heading = None
        yield from self._moves(inside)
        yield (
            (tag, None, text_of(node, self.visits))
            if tag == "figcaption"
            else (tag, _attributes(node), None)
        )

    def _fact(self, node: "LexborNode", tag: str) -> Iterator[Event]:
        if tag in ("base", "meta"):
            yield tag, _attributes(node), None
        elif tag == "title":
            if not self.has_title and not self._is_drawn(node):
                self.has_title = True
                yield "title", None, text_of(node, self.visits)
        elif tag == "script":
            if _is_json_ld(_attributes(node).get("type", "")):
                yield "json_ld", None, node.text()
        elif tag in ("a", "link"):
            yield "licence", _attributes(node), None

    def _container(self, node: "LexborNode") -> _Inside | None:
        """Return the innermost container around the node."""
        path, above = [], node.parent
        while above is not None and above.mem_id not in self.inside:
            path.append(above)
            above = above.parent
        inside = self.inside[above.mem_id] if above is not None else None
        for element in reversed(path):
            if element.tag in self.containers:
                inside = _Inside(element, inside)
            self.inside[element.mem_id] = inside
        return inside

    def _moves(self, inside: _Inside | None) -> Iterator[Event]:
        """Yield the events that leave the open containers and enter those around `inside`."""
        old, new, entered = self.open, inside, []
        while old is not new:
            if new and (not old or new.depth >= old.depth):
                entered.append(new.node)
                new = new.outer
            elif old:
                yield f"/{old.node.tag}", None, self._link_text(old.node)
                old = old.outer
        for node in reversed(entered):
            yield node.tag or "", _attributes(node), None
        self.open = inside

    def _link_text(self, node: "LexborNode") -> str | None:
        is_wanted = node.tag == "a" and "/a" in self.wanted
        return text_of(node, self.visits) if is_wanted else None

    def _is_drawn(self, node: "LexborNode") -> bool:
        """Return whether the node stands in an SVG drawing, whose parts have their own titles."""
        path, above = [], node.parent
        while above is not None and above.mem_id not in self.drawn and above.tag != "svg":
            path.append(above.mem_id)
            above = above.parent
        is_drawn = above is not None and self.drawn.get(above.mem_id, True)
        self.drawn.update(dict.fromkeys(path, is_drawn))
        return is_drawn


def _attributes(node: "LexborNode") -> dict[str, str]:
    found = node.attributes
    if None not in found.values():
        return found  # type: ignore[return-value]
    return {name: value or "" for name, value in found.items()}


def _is_json_ld(script_type: str) -> bool:
    return script_type.partition(";")[0].strip().lower() == "application/ld+json"


def text_of(node: "LexborNode", visits: _Visits) -> str:
    """Return the text of the element, as the module docstring defines it, but for its white space.

    Raises PageError if the visits are used up.
    """
    only = _only_text(node)
    if only is not None:
        return only
    pieces: list[str] = []
    length = 0
    for piece in _pieces(node):
        visits.count()
        pieces.append(piece)
        length += len(piece)
        if length >= LONGEST_TEXT:
            break
    return "".join(pieces)[:LONGEST_TEXT]


def _only_text(node: "LexborNode") -> str | None:
    """Return the text of an element that holds nothing else, the common case; None otherwise."""
    child = node.first_child
    while child is not None and child.next is None and child.tag not in SILENT:
        if child.is_text_node:
            text = child.text_content or ""
            return text if len(text) < LONGEST_TEXT // 2 else None
        child = child.first_child
    return None


def _pieces(top: "LexborNode") -> Iterator[str]:
    """Yield texts, and a space where an element that separates words starts or ends."""
    around = [(top.mem_id, "", False)]  # per element: how its end is read, whether it is silent
    for node in top.traverse(include_text=True):
        if node.mem_id == top.mem_id:
            continue
        parent = node.parent.mem_id if node.parent else 0
        while around[-1][0] != parent:
            yield around.pop()[1]
        is_silent = around[-1][2]
        if node.is_element_node:
            part = "" if is_silent or node.tag in INLINE else " "
            yield part
            around.append((node.mem_id, part, is_silent or node.tag in SILENT))
        elif node.is_text_node and not is_silent:
            yield node.text_content or ""
