"""Estimate from a page's tags, without a tree, how much work its tree is for a parser.

A parser's time for a tag grows with the number of elements that are open, and formatting elements
that were not closed are reconstructed in each paragraph. The rules by which elements open and close
are those of the HTML standard, section 13.2.6; where following one to the letter would take a tree,
the variant is used that leaves more elements open.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from crawl2clip.extract.archives.page import PageError
from crawl2clip.extract.html.markup import RAW, Tag

# Far above what pages have, by a factor of twenty at least: the largest of 469 pages of the web has
# 23,000 steps, makes 30 elements anew and moves 27 kB.
MOST_LOOKS = 300_000_000  # elements open at a tag, summed over all tags: 4 ns each
MOST_STEPS = 3_000_000  # those that have to be looked at here, too: 50 ns each
MOST_FORMATTING = 1_000
# Memory of lexbor for one element that is reconstructed, besides its attributes.
ELEMENT_BYTES = 400
MOST_MADE_BYTES = 64 << 20
MOST_MOVED_BYTES = 512 << 20

_VOID = frozenset(
    b"area base basefont bgsound br embed hr img image input keygen link meta param source track"
    b" wbr frame col".split()
)
_PASSED_OVER = frozenset(b"html head body colgroup frame col".split())
_NOT_MAKING_ANEW = frozenset(b"base basefont bgsound link meta param source track hr col".split())
_SCOPE = frozenset(b"applet caption html marquee object select table td template th".split())
_BUTTON_SCOPE = _SCOPE | {b"button"}
_LIST_SCOPE = _SCOPE | {b"ol", b"ul"}
_TABLE_SCOPE = frozenset(b"html table template".split())
FORMATTING = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())
_HEADINGS = frozenset(b"h1 h2 h3 h4 h5 h6".split())
_BLOCKS = frozenset(
    b"address article aside blockquote center details dialog dir div dl fieldset figcaption figure"
    b" footer header hgroup main menu nav ol p search section summary ul".split()
)
_CLOSING = (_BLOCKS - {b"p"}) | frozenset(b"button listing pre select".split())
_CELLS = frozenset(b"td th caption".split())
_STRUCTURE = frozenset(b"tbody tfoot thead tr td th caption".split())
_PARTS = _STRUCTURE | {b"table", b"template"}
_FOSTERING = frozenset(b"table tbody tfoot thead tr".split())
_IMPLIED = frozenset(b"dd dt li optgroup option p rb rp rt rtc".split())
_ITEMS = {b"li": (b"li",), b"dd": (b"dd", b"dt"), b"dt": (b"dd", b"dt")}
_MARKERS = frozenset(b"applet marquee object".split())
_SPECIAL = (
    _VOID | _SCOPE | _HEADINGS | _BLOCKS | _CLOSING | _STRUCTURE | RAW
    | frozenset(b"body dd dt form head li noscript plaintext colgroup frameset".split())
)  # fmt: skip
_ITEM_BORDERS = {
    name: _SPECIAL - {b"address", b"div", b"p", *names} for name, names in _ITEMS.items()
}
_BREAKOUT = _HEADINGS | frozenset(
    b"b big blockquote body br center code dd div dl dt em embed head hr i img li listing menu meta"
    b" nobr ol p pre ruby s small span strike strong sub sup table tt u ul var".split()
)
_ROOTS = frozenset(b"svg math".split())
# In these, HTML continues within a drawing or a formula.
_POINTS = {
    b"svg": frozenset(b"foreignobject desc title".split()),
    b"math": frozenset(b"mi mn mo ms mtext".split()),
}
_MOST_EQUAL = 3  # "Noah's Ark"
_ROUNDS = 8  # of the adoption agency


class _Element:
    """Represents an element that is or was open.

    within: the innermost part of a table, or template, around it. root: svg or math if it is
    foreign. point: whether HTML continues in it all the same.
    """

    __slots__ = ("is_foreign", "is_open", "name", "point", "root", "tag", "within")

    def __init__(self, tag: Tag, root: bytes) -> None:
        self.name, self.tag, self.root = tag.name, tag, root
        self.is_foreign, self.is_open, self.within = bool(root), True, b""
        self.point = root != b"" and (
            tag.name in _POINTS[root]
            or (tag.name == b"annotation-xml" and b"html" in tag.attributes.lower())
        )

    def is_html(self, names: Iterable[bytes]) -> bool:
        return not self.is_foreign and self.name in names


class OpenElements:
    """Tracks the stack of open elements and the list of active formatting elements.

    Every method raises PageError once the page exceeds a limit.
    """

    def __init__(self) -> None:
        self.open: list[_Element] = []
        self.formatting: list[_Element | None] = []  # None is a marker
        self.counts: defaultdict[bytes, int] = defaultdict(int)  # of open HTML elements, by name
        self.is_after_body = False
        self.looks = self.steps = self.made_bytes = self.moved_bytes = 0
        self.run_bytes = self.fostered_bytes = 0  # of text that comes together in one node

    def is_foreign(self) -> bool:
        """Return whether the next tag follows the rules of SVG and MathML."""
        return bool(self.open) and self.open[-1].is_foreign and not self.open[-1].point

    def text(self, length: int, is_space: bool) -> None:
        """Process text between tags; the parser appends it to earlier text, which it may move."""
        if self.is_foreign():
            return
        if self._in_table():
            if is_space:
                return
            self.fostered_bytes += length
            self._move(self.fostered_bytes)
        self._make_anew()
        self.is_after_body = False
        self.run_bytes += length
        if self.run_bytes > length:
            self._move(self.run_bytes)

    def comment(self) -> None:
        """Process a comment; it separates texts, but for those a table or the page's end moves."""
        if not self.is_after_body and not self._in_table():
            self.run_bytes = 0

    def start(self, tag: Tag) -> None:
        """Process a start tag. Void elements and those of raw text do not stay open."""
        self._look()
        if self.is_foreign() and not self._leaves_foreign(tag):
            self._start_foreign(tag)
            return
        name = tag.name
        if name in _PASSED_OVER:
            return
        self.run_bytes = 0
        self.is_after_body = False
        if name in _STRUCTURE:
            self._start_structure(tag)
        elif name in RAW or name in _VOID:
            self._start_short(name)
        else:
            _STARTS.get(name, OpenElements._start_any)(self, tag)

    def end(self, tag: Tag) -> None:
        """Process an end tag."""
        self._look()
        if self.open and self.open[-1].is_foreign and self._end_foreign(tag.name):
            return
        self.is_after_body = tag.name in (b"body", b"html")
        _ENDS.get(tag.name, OpenElements._end_any)(self, tag.name)

    # ---- the stack ----

    def _push(self, tag: Tag, root: bytes = b"") -> None:
        element = _Element(tag, root)
        if not root and tag.name in _PARTS:
            element.within = tag.name
        elif self.open:
            element.within = self.open[-1].within
        self.open.append(element)
        self.run_bytes = 0
        if not root:
            self.counts[tag.name] += 1

    def _look(self) -> None:
        self.looks += len(self.open)
        if self.looks > MOST_LOOKS:
            raise PageError(f"page too deep: {len(self.open)} elements open")

    def _pop(self) -> _Element:
        return self._take_out(len(self.open) - 1)

    def _take_out(self, at: int) -> _Element:
        element = self.open.pop(at)
        element.is_open = False
        self.run_bytes = 0
        if not element.is_foreign:
            self.counts[element.name] -= 1
        return element

    def _pop_to(self, depth: int) -> None:
        while len(self.open) > depth:
            self._pop()

    def _step(self, count: int) -> None:
        self.steps += count
        if self.steps > MOST_STEPS:
            raise PageError(f"page too deep: more than {MOST_STEPS} steps over open elements")

    def _move(self, count: int) -> None:
        self.moved_bytes += count
        if self.moved_bytes > MOST_MOVED_BYTES:
            raise PageError(f"text in too many parts: more than {MOST_MOVED_BYTES} bytes moved")

    def _in_scope(self, names: Iterable[bytes], borders: frozenset[bytes]) -> int:
        """Return the index of the innermost of them, or -1 if there is none within the borders."""
        for name in names:
            if self.counts[name]:
                break
        else:
            return -1
        at, found = len(self.open), -1
        while at > 0 and found < 0:
            at -= 1
            element = self.open[at]
            if not element.is_foreign and element.name in names:
                found = at
            elif element.point or (not element.is_foreign and element.name in borders):
                break
        self._step(len(self.open) - at)
        return found

    def _close(self, names: Iterable[bytes], borders: frozenset[bytes]) -> bool:
        at = self._in_scope(names, borders)
        if at >= 0:
            self._pop_to(at)
        return at >= 0

    def _close_p(self) -> None:
        self._close((b"p",), _BUTTON_SCOPE)

    def _imply(self) -> None:
        while self.open and self.open[-1].is_html(_IMPLIED):
            self._pop()

    def _in_table(self) -> bool:
        return bool(self.open) and self.open[-1].within in _FOSTERING

    # ---- the list ----

    def _mark(self) -> None:
        self.formatting.append(None)

    def _clear_to_marker(self) -> None:
        while self.formatting and self.formatting.pop() is not None:
            pass

    def _list(self, element: _Element) -> None:
        """Append the element to the list; of equal ones at most three are kept."""
        equal = [at for at, other in self._listed() if other.tag == element.tag]
        if len(equal) >= _MOST_EQUAL:
            del self.formatting[equal[-1]]
        self.formatting.append(element)
        if len(self.formatting) > MOST_FORMATTING:
            raise PageError(f"page too deep: more than {MOST_FORMATTING} formatting elements")

    def _listed(self) -> Iterable[tuple[int, _Element]]:
        """Yield the entries behind the last marker, the last first."""
        for at in range(len(self.formatting) - 1, -1, -1):
            element = self.formatting[at]
            if element is None:
                return
            self._step(1)
            yield at, element

    def _make_anew(self) -> None:
        if not self.formatting or self.formatting[-1] is None or self.formatting[-1].is_open:
            return
        first = len(self.formatting)
        for at, element in self._listed():
            if element.is_open:
                break
            first = at
        for at in range(first, len(self.formatting)):
            lost = self.formatting[at]
            assert lost is not None  # behind the last marker
            self._make(lost.tag)
            self._push(lost.tag)
            self.formatting[at] = self.open[-1]

    def _make(self, tag: Tag) -> None:
        self._look()
        self.made_bytes += ELEMENT_BYTES + 2 * len(tag.attributes)
        if self.made_bytes > MOST_MADE_BYTES:
            raise PageError("page too deep: formatting elements made anew too often")

    # ---- start tags ----

    def _start_any(self, tag: Tag) -> None:
        self._make_anew()
        self._push(tag)

    def _start_short(self, name: bytes) -> None:
        if name == b"hr" or name == b"xmp":
            self._close_p()
        elif name == b"input":
            self._close((b"select",), _SCOPE)
        if name not in _NOT_MAKING_ANEW and (name in _VOID or name == b"xmp"):
            self._make_anew()

    def _start_block(self, tag: Tag) -> None:
        self._close_p()
        self._push(tag)

    def _start_heading(self, tag: Tag) -> None:
        self._close_p()
        if self.open and self.open[-1].is_html(_HEADINGS):
            self._pop()
        self._push(tag)

    def _start_item(self, tag: Tag) -> None:
        self._close(_ITEMS[tag.name], _ITEM_BORDERS[tag.name])
        self._start_block(tag)

    def _start_part(self, tag: Tag) -> None:
        """Process option, optgroup, rb, rtc, rp, rt, which end each other in their container."""
        is_option = tag.name.startswith(b"opt")
        if self._in_scope((b"select" if is_option else b"ruby",), _SCOPE) >= 0:
            kept = {b"option": b"optgroup", b"rp": b"rtc", b"rt": b"rtc"}.get(tag.name)
            while self.open and self.open[-1].is_html(_IMPLIED) and self.open[-1].name != kept:
                self._pop()
        elif is_option and self.open and self.open[-1].is_html((b"option",)):
            self._pop()
        if is_option:
            self._make_anew()
        self._push(tag)

    def _start_button(self, tag: Tag) -> None:
        self._close((b"button",), _SCOPE)
        self._start_any(tag)

    def _start_select(self, tag: Tag) -> None:
        if not self._close((b"select",), _SCOPE):
            self._start_any(tag)

    def _start_form(self, tag: Tag) -> None:
        if not self._in_table() and (not self.counts[b"form"] or self.counts[b"template"]):
            self._start_block(tag)

    def _start_marking(self, tag: Tag) -> None:
        self._start_any(tag)
        self._mark()

    def _start_template(self, tag: Tag) -> None:
        self._push(tag)
        self._mark()

    def _start_table(self, tag: Tag) -> None:
        if self._in_table():
            self._close((b"table",), _TABLE_SCOPE - {b"table"})
        self._push(tag)

    def _start_root(self, tag: Tag) -> None:
        self._make_anew()
        if not tag.is_self_closing():
            self._push(tag, tag.name)

    def _start_formatting(self, tag: Tag) -> None:
        if tag.name == b"a":
            self._close_link()
        self._make_anew()
        if tag.name == b"nobr" and self._in_scope((b"nobr",), _SCOPE) >= 0:
            self._end_formatting(b"nobr")
            self._make_anew()
        self._push(tag)
        self._list(self.open[-1])

    def _close_link(self) -> None:
        link = next((element for _, element in self._listed() if element.name == b"a"), None)
        if link is None:
            return
        self._end_formatting(b"a")
        if link in self.formatting:
            self.formatting.remove(link)
        if link.is_open:
            self._take_out(self._index(link))

    def _start_structure(self, tag: Tag) -> None:
        """Process a part of a table: close what can't be around it, open what has to be."""
        at = self._in_scope((b"table", b"template"), frozenset())
        if at < 0:
            return
        kept = {b"tr": (b"tbody", b"tfoot", b"thead"), b"td": (b"tr",), b"th": (b"tr",)}
        within = self.open[-1].within
        while len(self.open) > at + 1 and not self._keeps(kept.get(tag.name, ()), at):
            self._pop()
        if within in _CELLS:
            self._clear_to_marker()
        if tag.name in (b"td", b"th", b"tr") and len(self.open) == at + 1:
            self._push(Tag(b"tbody", b"", False))
        if tag.name in (b"td", b"th") and self.open[-1].name != b"tr":
            self._push(Tag(b"tr", b"", False))
        self._push(tag)
        if tag.name in _CELLS:
            self._mark()

    def _keeps(self, names: tuple[bytes, ...], table: int) -> bool:
        """Return whether the innermost element may stay open around a part of the table."""
        is_section = self.open[-1].name in (b"tbody", b"tfoot", b"thead")
        return self.open[-1].is_html(names) or (b"tr" in names and is_section)

    # ---- end tags ----

    def _end_any(self, name: bytes) -> None:
        if not self.counts[name]:
            return
        for at in range(len(self.open) - 1, -1, -1):
            self._step(1)
            if self.open[at].is_html((name,)):
                self._pop_to(at)
                return
            if self.open[at].is_html(_SPECIAL) or self.open[at].point:
                return

    def _end_closing(self, name: bytes) -> None:
        self._close((name,), _SCOPE)

    def _end_heading(self, _: bytes) -> None:
        self._close(_HEADINGS, _SCOPE)

    def _end_item(self, name: bytes) -> None:
        self._close((name,), _LIST_SCOPE if name == b"li" else _SCOPE)

    def _end_p(self, _: bytes) -> None:
        self.run_bytes = 0  # without one, there is one now
        self._close_p()

    def _end_br(self, _: bytes) -> None:
        self.run_bytes = 0
        self._make_anew()

    def _end_form(self, name: bytes) -> None:
        at = self._in_scope((name,), _SCOPE)
        if at >= 0:
            self._imply()
            if at < len(self.open):
                self._take_out(at)

    def _end_marking(self, name: bytes) -> None:
        if self._close((name,), _SCOPE):
            self._clear_to_marker()

    def _end_template(self, name: bytes) -> None:
        if self._close((name,), frozenset()):
            self._clear_to_marker()

    def _end_structure(self, name: bytes) -> None:
        within = self.open[-1].within if self.open else b""
        if self._close((name,), _TABLE_SCOPE - {name}) and within in _CELLS:
            self._clear_to_marker()

    def _end_formatting(self, name: bytes) -> None:
        """Run the adoption agency algorithm."""
        if self.open and self.open[-1].is_html((name,)) and self.open[-1] not in self.formatting:
            self._pop()
            return
        for _ in range(_ROUNDS):
            listed = next((at for at, element in self._listed() if element.name == name), None)
            if listed is None:
                self._end_any(name)
                return
            if not self._adopt(listed):
                return

    def _adopt(self, listed: int) -> bool:
        """Run one round of the algorithm; return whether there may be another."""
        element = self.formatting[listed]
        assert element is not None  # only those behind the last marker come here
        if not element.is_open:
            del self.formatting[listed]
            return False
        at, block = self._index(element), None
        self._step(len(self.open) - at)
        for inner in range(len(self.open) - 1, at, -1):
            if self.open[inner].is_html(_SCOPE) or self.open[inner].point:
                return False
            if self.open[inner].is_html(_SPECIAL):
                block = inner
        if block is None:
            self._pop_to(at)
            del self.formatting[listed]
            return False
        self._move_block(element, at, block)
        return True

    def _move_block(self, element: _Element, at: int, block: int) -> None:
        """Move the block out of the formatting element, which is reconstructed within it.

        Of the formatting elements between them the three nearest to the block are reconstructed
        around it. The rest is closed.
        """
        between, furthest = self.open[at + 1 : block], self.open[block]
        kept = [inner for inner in between if inner in self.formatting][-_MOST_EQUAL:]
        self._step(len(self.formatting) * (len(between) + 1))
        for inner in between:
            if inner in kept:
                self._make(inner.tag)
                continue
            self._take_out(self._index(inner))
            if inner in self.formatting:
                self.formatting.remove(inner)
        place = self.formatting.index(kept[-1]) if kept else self.formatting.index(element)
        self.formatting.remove(element)
        self._make(element.tag)
        self._take_out(self._index(element))
        self._push(element.tag)
        fresh = self.open.pop()
        self.open.insert(self._index(furthest) + 1, fresh)
        self.formatting.insert(place, fresh)

    def _index(self, element: _Element) -> int:
        for at in range(len(self.open) - 1, -1, -1):
            self._step(1)
            if self.open[at] is element:
                return at
        raise ValueError("an element that is not open has no place")

    # ---- SVG and MathML ----

    def _leaves_foreign(self, tag: Tag) -> bool:
        """Return whether the tag ends a drawing or formula, and end it."""
        is_font = tag.name == b"font" and any(
            word in tag.attributes.lower() for word in (b"color", b"face", b"size")
        )
        leaves = tag.name in _BREAKOUT or is_font
        while leaves and self.is_foreign():
            self._pop()
        return leaves

    def _start_foreign(self, tag: Tag) -> None:
        if not tag.is_self_closing():
            self._push(tag, self.open[-1].root)

    def _end_foreign(self, name: bytes) -> bool:
        """Return whether the tag ended an element of the drawing or formula, and nothing more."""
        if name in (b"p", b"br"):
            while self.is_foreign():
                self._pop()
            return False
        for at in range(len(self.open) - 1, -1, -1):
            self._step(1)
            if not self.open[at].is_foreign:
                return False
            if self.open[at].name == name:
                self._pop_to(at)
                return True
        return False


_Start = Callable[[OpenElements, Tag], None]
_End = Callable[[OpenElements, bytes], None]

_STARTS: Mapping[bytes, _Start] = (
    dict.fromkeys(_BLOCKS | {b"pre", b"listing", b"plaintext"}, OpenElements._start_block)
    | dict.fromkeys(_HEADINGS, OpenElements._start_heading)
    | dict.fromkeys(_ITEMS, OpenElements._start_item)
    | dict.fromkeys(FORMATTING, OpenElements._start_formatting)
    | dict.fromkeys(_MARKERS, OpenElements._start_marking)
    | dict.fromkeys(_ROOTS, OpenElements._start_root)
    | dict.fromkeys(b"option optgroup rb rtc rp rt".split(), OpenElements._start_part)
    | {
        b"button": OpenElements._start_button,
        b"form": OpenElements._start_form,
        b"select": OpenElements._start_select,
        b"table": OpenElements._start_table,
        b"template": OpenElements._start_template,
    }
)
_ENDS: Mapping[bytes, _End] = (
    dict.fromkeys(_CLOSING, OpenElements._end_closing)
    | dict.fromkeys(_HEADINGS, OpenElements._end_heading)
    | dict.fromkeys(_ITEMS, OpenElements._end_item)
    | dict.fromkeys(FORMATTING, OpenElements._end_formatting)
    | dict.fromkeys(_MARKERS, OpenElements._end_marking)
    | dict.fromkeys(_STRUCTURE | {b"table"}, OpenElements._end_structure)
    | {
        b"p": OpenElements._end_p,
        b"br": OpenElements._end_br,
        b"form": OpenElements._end_form,
        b"template": OpenElements._end_template,
    }
)
