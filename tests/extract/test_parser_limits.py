"""The guard follows which elements are open, and refuses a page before there are too many."""

import random

import pytest

from crawl2clip.extract.archives.page import PageError
from crawl2clip.extract.html import parser_limits
from crawl2clip.extract.html.markup import MARKUP, raw_end, tag_of
from crawl2clip.extract.html.parser_limits import refuse_bomb

# Tags that open and close each other in all sorts of ways.
TAGS = (  # noqa: SIM905
    "a b i u font nobr div p span li ul dd dt dl table tbody tr td th caption colgroup col select"
    " option optgroup button template svg math g desc foreignobject mi mtext annotation-xml object"
    " applet marquee h1 h2 form ruby rb rt rtc rp pre hr br img input link meta base title script"
    " style textarea noscript iframe figure picture x-y address body html head image label"
).split()
ATTRIBUTES = ("", "", "", " id=1", " title='</div></p>'", ' a="<b>"', " color=x", "/", " x='")
BETWEEN = ("x", " ", "<!---->", "<![CDATA[<b>]]>", "</>", "<?x>", "<!--></div>-->")
REPEATED = 200


def strange_unit(chance: random.Random) -> str:
    """A few tags and what may stand between them."""
    parts = []
    for _ in range(chance.randrange(1, 7)):
        kind, name = chance.random(), chance.choice(TAGS)
        start = f"<{name}{chance.choice(ATTRIBUTES)}>"
        parts.append(
            chance.choice(BETWEEN) if kind < 0.1 else f"</{name}>" if kind < 0.4 else start
        )
    return "".join(parts)


def depth_of_tree(html: bytes) -> int:
    """How deep the parser's tree is, the slow way."""
    from selectolax.lexbor import LexborHTMLParser

    depths: dict[int, int] = {}
    root = LexborHTMLParser(html).root
    assert root is not None
    for node in root.traverse():
        above = node.parent
        depths[node.mem_id] = depths.get(above.mem_id, 0) + 1 if above else 1
    return max(depths.values())


def depth_told(html: bytes) -> int:
    """How many elements are open at once, as the guard tells it from the tags."""
    deepest, reading = 0, parser_limits._Reading(html)
    push = reading.elements._push

    def watched(*arguments: object) -> None:
        nonlocal deepest
        push(*arguments)  # type: ignore[arg-type]
        deepest = max(deepest, len(reading.elements.open))

    reading.elements._push = watched  # type: ignore[method-assign, assignment]
    reading.refuse()
    return deepest


def test_no_tree_is_deep_where_the_guard_sees_few_open_elements() -> None:
    chance = random.Random(7)
    for _ in range(150):
        unit = strange_unit(chance)
        html = f"<!DOCTYPE html>{unit * REPEATED}".encode()

        assert depth_of_tree(html) <= 3 * depth_told(html) + 20, unit


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (b"<div title='</div>'>" * 26_000, "page too deep"),
        (b"<div><!-- ></div>-->" * 26_000, "page too deep"),
        (b"<svg><desc>" * 20_000, "page too deep"),
        (b"<frameset>" * 1_001, "page too deep"),
        (b"<p>" + b"".join(b"<b id=%d>" % n for n in range(400)) + b"</p><p>x" * 700, "page too"),
        (b"<table>" + b"x<!---->" * 60_000, "text in too many parts"),
        (b"x" * 1_000_000 + b"</body><!---->x" * 3_000, "text in too many parts"),
        (b"".join(b"<html a%d=1>" % n for n in range(6_000)), "too many attributes"),
        (b"<p" + b"".join(b" a%d='<'" % n for n in range(9_000)), "too many attributes"),
        (b"<p></p" + b"".join(b" a%d" % n for n in range(9_000)), "too many attributes"),
        (b"<" * 500_001, "too many tags"),
    ],
    ids=range(11),
)
def test_what_takes_a_parser_long_is_refused(html: bytes, kind: str) -> None:
    with pytest.raises(PageError, match=f"^{kind}"):
        refuse_bomb(html)


@pytest.mark.parametrize(
    "html",
    [
        b"<div><p>x<li>y</div>" * 5_000,
        b"<table>" + b"<tr><td><b>x</b><td><a href=y>z" * 3_000,
        b"<select>" + b"<option>x" * 20_000,
        b"<svg>" + b"<path d='M0'/><title>x</title>" * 5_000 + b"</svg>",
        b"<p " + b" ".join(b"a%d=1" % n for n in range(499)) + b">",
        b"<html lang=en>" * 1_000 + b"x" * 100_000,
        b"x<!-- -->" * 12_000,
    ],
    ids=range(7),
)
def test_a_large_page_is_no_bomb(html: bytes) -> None:
    refuse_bomb(html)


@pytest.mark.parametrize(
    ("html", "names"),
    [
        (b"<a><B c=d></b >", [b"a", b"b", b"b"]),
        (b"<a b='<c>'><d e=\"<f>\"><g h=<i>", [b"a", b"d", b"g"]),
        (b"<a b=c'><d>", [b"a", b"d"]),
        (b"<a ='><b'>", [b"a", b"b'"]),
        (b"<a b = '><c'><d>", [b"a", b"d"]),
        (b"<a b='><c>", [b"a"]),
        (b"<!--<a>--><b><!--><c><!---><d><!--<e>--!><f>", [b"b", b"c", b"d", b"f"]),
        (b"<!a><?b></ c></><d>", [b"d"]),
        (b"<3<a/b>", [b"a"]),
    ],
    ids=range(9),
)
def test_tags_are_cut_as_by_a_tokenizer(html: bytes, names: list[bytes]) -> None:
    assert [tag.name for found in MARKUP.finditer(html) if (tag := tag_of(found))] == names


@pytest.mark.parametrize(
    ("html", "end"),
    [
        (b"a</script>", 1),
        (b"</scripts></SCRIPT >", 10),
        (b"<!--<script></script>--></script>", 24),
        (b"<!-- </script>", 5),
        (b"<!--><script></script>", 13),
        (b"a", 1),
    ],
    ids=range(6),
)
def test_a_script_ends_where_a_tokenizer_ends_it(html: bytes, end: int) -> None:
    assert raw_end(html, b"script", 0) == end


@pytest.mark.parametrize("tag", [b"<p a b>x", b"<p a='1'b=\"2\">", b"<p/a/b>", b"<p\ta\nb>"])
def test_attributes_of_all_tags_have_a_limit(monkeypatch: pytest.MonkeyPatch, tag: bytes) -> None:
    """Each takes the parser two hundred bytes, and two of a page may be enough for one."""
    monkeypatch.setattr(parser_limits, "MOST_ALL_ATTRIBUTES", 1_000)

    parser_limits.refuse_bomb(tag * 500 + b"a b c " * 2_000)
    with pytest.raises(PageError, match="too many attributes: more than 1000 on the page"):
        parser_limits.refuse_bomb(tag * 501)
