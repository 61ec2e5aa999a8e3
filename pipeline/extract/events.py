"""A page in UTF-8 -> what on it has to do with images, as a stream in document order.

An event is (name, attributes, text); attributes and text are None where there are none:

    base, meta, img, source     the element; attributes by lower-case name, the first of duplicates,
                                '' for an attribute without a value
    licence                     an `a` or `link` whose `rel` has the word "license"; attributes
    picture, a, figure, noscript        the element starts; attributes
    /picture, /a, /figure, /noscript    it ends; `/a` has the link's text if `/a` is wanted
    title, h, figcaption        text: of the element; h is any of h1 to h6
    json_ld                     text: the content of a script of that type, as it stands

The tree that an HTML parser builds without scripting decides what is where: an `img` that is moved
out of a table is moved in the stream too, the content of `template` is no part of it. What can't
change what the page offers may be missing: containers with neither an image, a source nor a caption
in them, `source` outside of `picture`, headings that no image follows before the next, all titles
but the first, `meta` that speaks neither to robots nor of text and data mining nor, if `social` is
wanted, to social networks.

Text of an element is that of its text nodes, as the parser decodes them, but for those in `SILENT`
elements, with a space at each start and end of an element that is not `INLINE`; cut at
`LONGEST_TEXT` characters, and nothing else done to it.
"""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from pipeline.extract.bombs import refuse_bomb
from pipeline.extract.page import PageError

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

Event = tuple[str, dict[str, str] | None, str | None]

CONTAINERS = frozenset({"picture", "a", "figure", "noscript"})
HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
# Elements that do not part words.
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark"  # noqa: SIM905
    " nobr q s samp small span strike strong sub sup time tt u var wbr".split()
)
# Elements whose content is not for reading.
SILENT = frozenset(
    "iframe noembed noframes noscript plaintext script style template textarea xmp".split()  # noqa: SIM905
)
LONGEST_TEXT = 5_000

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
    """The events whose names are wanted, by lexbor; the end of a container comes with its start.

    Raises PageError if the parser gives up, or would take very long.
    """
    from selectolax.lexbor import LexborHTMLParser, SelectolaxError

    refuse_bomb(html)
    try:
        tree = LexborHTMLParser(html)
    except SelectolaxError as error:
        raise PageError(f"undecodable page: {error}") from error
    return _Walk(tree, wanted).events()


class _Walk:
    """One pass over the elements that matter, in document order.

    Containers are met by climbing from what they contain, for a page has thousands of links and
    few with an image in them. No element is climbed through twice: `inside` holds, by node, the
    containers that are open inside it.
    """

    def __init__(self, tree: "LexborHTMLParser", wanted: frozenset[str]) -> None:
        self.tree, self.wanted = tree, wanted
        self.containers = CONTAINERS & wanted
        self.inside: dict[int, tuple[LexborNode, ...]] = {}
        self.open: tuple[LexborNode, ...] = ()
        self.heading: LexborNode | None = None
        self.has_title = False

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
        yield from self._moves(())

    def _nodes(self) -> "Iterable[LexborNode]":
        selectors = [selector for name, selector in _SELECTORS.items() if name in self.wanted]
        return self.tree.css(", ".join(selectors)) if selectors else ()

    def _contained(self, node: "LexborNode", tag: str) -> Iterator[Event]:
        containers = self._containers(node)
        if tag == "source" and all(container.tag != "picture" for container in containers):
            return
        if self.heading is not None and tag == "img":
            yield "h", None, text_of(self.heading)
            self.heading = None
        yield from self._moves(containers)
        yield (tag, None, text_of(node)) if tag == "figcaption" else (tag, _attributes(node), None)

    def _fact(self, node: "LexborNode", tag: str) -> Iterator[Event]:
        if tag in ("base", "meta"):
            yield tag, _attributes(node), None
        elif tag == "title":
            if not self.has_title and not _is_drawn(node):
                self.has_title = True
                yield "title", None, text_of(node)
        elif tag == "script":
            if _is_json_ld(_attributes(node).get("type", "")):
                yield "json_ld", None, node.text()
        elif tag in ("a", "link"):
            yield "licence", _attributes(node), None

    def _containers(self, node: "LexborNode") -> "tuple[LexborNode, ...]":
        """The containers around the node, the outermost first."""
        path, above = [], node.parent
        while above is not None and above.mem_id not in self.inside:
            path.append(above)
            above = above.parent
        containers = self.inside[above.mem_id] if above is not None else ()
        for element in reversed(path):
            if element.tag in self.containers:
                containers = (*containers, element)
            self.inside[element.mem_id] = containers
        return containers

    def _moves(self, containers: "tuple[LexborNode, ...]") -> Iterator[Event]:
        """Out of the containers that are open, into those given."""
        common = 0
        for old, new in zip(self.open, containers, strict=False):
            if old is not new:
                break
            common += 1
        for left in reversed(self.open[common:]):
            text = text_of(left) if left.tag == "a" and "/a" in self.wanted else None
            yield f"/{left.tag}", None, text
        for entered in containers[common:]:
            yield entered.tag or "", _attributes(entered), None
        self.open = containers


def _attributes(node: "LexborNode") -> dict[str, str]:
    found = node.attributes
    if None not in found.values():
        return found  # type: ignore[return-value]
    return {name: value or "" for name, value in found.items()}


def _is_json_ld(script_type: str) -> bool:
    return script_type.partition(";")[0].strip().lower() == "application/ld+json"


def text_of(node: "LexborNode") -> str:
    """The text in the element, as the head of this file says; but for white space around it."""
    only = _only_text(node)
    if only is not None:
        return only
    pieces: list[str] = []
    length = 0
    for piece in _pieces(node):
        pieces.append(piece)
        length += len(piece)
        if length >= LONGEST_TEXT:
            break
    return "".join(pieces)[:LONGEST_TEXT]


def _only_text(node: "LexborNode") -> str | None:
    """The text if there is nothing else in the element, as is mostly so; None else."""
    child = node.first_child
    while child is not None and child.next is None and child.tag not in SILENT:
        if child.is_text_node:
            text = child.text_content or ""
            return text if len(text) < LONGEST_TEXT // 2 else None
        child = child.first_child
    return None


def _pieces(top: "LexborNode") -> Iterator[str]:
    """Texts, and a space where an element that parts words starts or ends."""
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


def _is_drawn(node: "LexborNode") -> bool:
    """Whether it stands in an SVG drawing, whose parts have titles of their own."""
    above = node.parent
    while above is not None and above.tag != "svg":
        above = above.parent
    return above is not None
