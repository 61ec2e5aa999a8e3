"""The native scanner finds what the parser finds, or says that it can't know."""

import random
import time

import pytest

from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html import scanner
from crawl2clip.extract.html.lexbor_events import EVENTS
from crawl2clip.extract.html.page_collector import collect_content, wanted
from crawl2clip.extract.html.page_model import PageContent
from crawl2clip.extract.limits.read_settings import Settings
from tests.extract.strange_pages import page_of_leaves, strange_page

needs_scanner = pytest.mark.skipif(not scanner.is_built(), reason="no C compiler, no scanner")

DEFAULT = Settings()
EVERYTHING = Settings(
    texts=("alt", "title", "aria-label", "figcaption", "json_ld", "og", "link_text"),
    images=("src", "srcset", "picture", "lazy", "noscript", "link", "og", "twitter", "json_ld"),
)


def images(html: str) -> list[str]:
    """What `src` says of the images that the scanner finds; it does not bail out."""
    found = scanner.scanned(html.encode(), frozenset({"img"}))
    assert not isinstance(found, str), found
    return [given.get("src", "") for _, given, _ in found if isinstance(given, dict)]


def stream(html: str, *names: str) -> list[str]:
    """The wanted events, each as its name and text; the scanner does not bail out."""
    found = scanner.scanned(html.encode(), frozenset(names))
    assert not isinstance(found, str), found
    return [f"{name} {' '.join((text or '').split())}".strip() for name, _, text in found]


def by_parser(html: bytes, settings: Settings) -> PageContent:
    return collect_content(parser.events(html, wanted(settings)), settings)


def differing(html: bytes, settings: Settings) -> bool:
    found = scanner.scanned(html, wanted(settings))
    if isinstance(found, str):
        return False
    return collect_content(found, settings) != by_parser(html, settings)


@needs_scanner
@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=a><IMG SRC='b'><img\n\tsrc = c\n/><image src=d>", ["a", "b", "c", "d"]),
        ("<img src=a src=b>", ["a"]),
        ("<img src=a/b><img src=a/>", ["a/b", "a/"]),
        ('<img alt="<img src=x>" src=a>', ["a"]),
        ("<img alt=a'b src=a><p title='<img src=x>'>", ["a"]),
        ("<img/src=a><img / src=b><img =c src=c>", ["a", "b", "c"]),
        ("a < b <img src=a><3 </3> <img src=b>", ["a", "b"]),
        ("<img src=a><img src=b", ["a"]),  # the page ends in the tag
        ("<img src=a><img src='b>", ["a"]),
        ("<imgs src=x><im src=y><img-g src=z>", []),
        # comments, and what is taken for one
        ("<!-- <img src=x> --><img src=a>", ["a"]),
        ("<!--><img src=a><!---><img src=b><!-- --!><img src=c>", ["a", "b", "c"]),
        ("<!-- <!-- --> <img src=a> -->", ["a"]),
        ("<!x <img src=x>><? <img src=y>></ <img src=z>><img src=a>", ["a"]),
        ("<!--[if IE]><img src=x><![endif]--><![if !IE]><img src=a><![endif]>", ["a"]),
        ("</><img src=a><![CDATA[<img src=x>]]>", ["a"]),
        # text that is not looked through
        ("<title><img src=x></title><img src=a>", ["a"]),
        ("<script>'<img src=x>'</script ><img src=a>", ["a"]),
        ("<script><!-- <script> </script> <img src=x> --> </script><img src=a>", ["a"]),
        ("<script><!-- </script><img src=a> -->", ["a"]),
        ("<style><img src=x></styles></style/><img src=a>", ["a"]),
        ("<textarea><img src=x></textarea><iframe><img src=x></iframe><img src=a>", ["a"]),
        ("<xmp><img src=x></xmp><noembed><img src=x></noembed><img src=a>", ["a"]),
        ("<img src=a><plaintext><img src=x></plaintext>", ["a"]),
        # but in a drawing it is, and there only what a page can hold leaves the drawing
        ("<svg><style><a title='<img src=x>'></style><title><img src=a></title></svg>", ["a"]),
        ("<svg><image src=x></image><g><![CDATA[<img src=x>]]></g></svg><image src=a>", ["a"]),
        ("<svg><script><img src=a></script></svg>", ["a"]),
        ("<math><mi><image src=a></mi></math>", ["a"]),
        # elements that hold images, or don't
        ("<template><img src=x><template></template><img src=x></template><img src=a>", ["a"]),
        ("<div></template><img src=a></div>", ["a"]),
        ("<select><img src=a><option><img src=b></select><img src=c>", ["a", "b", "c"]),
        ("<head><noscript><img src=a></noscript><img src=b>", ["a", "b"]),
        ("<table><tr><td><img src=a><td><img src=b></table><img src=c>", ["a", "b", "c"]),
        ("<table><caption><img src=a></caption><col><img-x></table>", ["a"]),
        ("</body></html><img src=a>", ["a"]),
        ("<colgroup><frame><img src=a>", ["a"]),
    ],
)
def test_finds_the_images_of_a_page(html: str, expected: list[str]) -> None:
    assert images(html) == expected
    assert [a["src"] for _, a, _ in parser.events(html.encode(), frozenset({"img"})) if a] == (
        expected
    )


@needs_scanner
@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("a&amp;b", "a&b"),
        ("?a=1&copy=2&reg", "?a=1&copy=2®"),
        ("&notit;&not;in&notin;", "&notit;¬in∉"),
        ("&amp&amp;&ampx", "&&&ampx"),
        ("&#65;&#x42;&#X43&#128;&#0;&#xD800;&#1114112;", "ABC€\ufffd\ufffd\ufffd"),
        ("&#;&#x;&;&", "&#;&#x;&;&"),
        ("&CounterClockwiseContourIntegral;&NotEqualTilde;", "∳≂̸"),
        ("&unknown;&AMP;", "&unknown;&"),
        ("a\r\nb\rc\n&#13;", "a\nb\nc\n\r"),
        ("é 日本 👩", "é 日本 👩"),
    ],
)
def test_references_in_attributes_follow_the_attribute_rule(value: str, expected: str) -> None:
    assert images(f"<img src='{value}'>") == [expected]


@needs_scanner
def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    found = scanner.scanned(b"<img alt='d\xff\xc3g \xed\xa0\x80'>", frozenset({"img"}))

    assert found == [("img", {"alt": "d\ufffd\ufffdg \ufffd\ufffd\ufffd"}, None)]


@needs_scanner
@pytest.mark.parametrize(
    ("html", "names", "expected"),
    [
        ("<h1>a <b>red</b> dog</h1><img>", "img h", ["h a red dog", "img"]),
        ("<h1>one</h1><h2>two</h2><img><img>", "img h", ["h two", "img", "img"]),
        ("<h1>a <img> dog</h1>", "img h", ["h a dog", "img"]),
        ("<h1>a<script>x</script><style>y</style>b<br>c</h1><img>", "img h", ["h a b c", "img"]),
        ("<h1>one<h2>two</h1><img>", "img h", ["h two", "img"]),
        ("<title>a &amp; <b></title><title>c</title>", "title", ["title a & <b>"]),
        ("<svg><title>c</title></svg><title>a</title>", "title", ["title a"]),
        ("<a href=x>y<img>z</a><a>w</a>", "img a /a", ["a", "img", "/a y z"]),
        ("<a>x<a><img>", "img a", ["a", "img", "/a"]),
        (
            "<figure><img><figcaption>a<p>dog</figure>",
            "img figure figcaption",
            ["figure", "img", "figcaption a dog", "/figure"],
        ),
        (
            "<picture><source><img></picture><source>",
            "img picture source",
            ["picture", "source", "img", "/picture"],
        ),
        ("<body><noscript><p><img></noscript><img>", "img noscript", ["noscript", "img", "img"]),
        (
            '<script type=" Application/LD+json;x">{"a":"&amp;"}</script>',
            "json_ld",
            ['json_ld {"a":"&amp;"}'],
        ),
        ("<a rel='x LICENSE'><link rel=licenses>", "licence", ["licence"]),
        ("<meta name=robots><meta name=viewport><meta name=og:x>", "meta", ["meta"]),
        ("<meta name=robots><meta name=viewport><meta property=og:x>", "social", ["meta"]),
    ],
)
def test_what_stands_around_images_is_in_the_stream(
    html: str, names: str, expected: list[str]
) -> None:
    found = stream(html, *names.split())

    # a noscript is not closed while a block in it is open
    assert [event for event in found if event != "/noscript"] == expected


@needs_scanner
@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (b"<table><tr><td><img src=a></td><img src=b></table>", "an image in a table but in no"),
        (b"<table><h1>x</h1></table><img>", "a heading in a table but in no cell"),
        (b"a\0b<img src=a>", "a null byte"),
        (b"<frameset><img src=a></frameset>", "a frameset"),
        (b"<a href=x>y<div><img src=a></a>z</div>", "a link around blocks"),
        (b"<b><b><b><b><img src=a>", "four formatting elements of a kind"),
        (b"<h1>a\xc3<b>\xa9</b></h1><img src=a>", "a text is not UTF-8"),
        (b"<!doctype x><p><table><img src=a>", "a table in a p"),
        (b"<math><annotation-xml encoding=text/html><img src=a>", "an annotation-xml"),
        (b"<select><selectedcontent><option><img src=a>", "a selectedcontent"),
        (b"<div>" * 1_000 + b"<img src=a>", "too deep"),
    ],
)
def test_bail_outs_go_to_the_parser(html: bytes, reason: str) -> None:
    found = scanner.scanned(html)

    assert isinstance(found, str)
    assert found.startswith(reason)
    assert list(scanner.events(html)) == list(parser.events(html))


@needs_scanner
@pytest.mark.parametrize(
    "html",
    [
        b"<table><image src=a></table><img src=b alt=c>",  # lexbor loses the first
        b"<h3>x<pre>\r\n\ny</h3><img src=a alt=b>",  # the first line end in a pre is none
        b"<h1>\xe3\x83</ >\xbc</h1><img src=a alt=b>",  # two halves of a letter
        b"<table><a href=x><svg></a><td><a href=y><img src=a alt=b>",
        b"<p><table><p><img src=a alt=b></table></p>",
        b"<figcaption><form>x</form><figure><img src=a alt=b>",
        b"<h2>x <a>y</a> <b>z</b></h2><img src=a alt=b>",
        b"<a rel=license href=x>y</a><img src=a alt=b>",
        b"<b><a></b><em>x</em><img src=a alt=b>",  # the em stands in a link that starts anew
        b"<b><b><b><p><b>x</b></p></b><img src=a alt=b>",
    ],
)
def test_pages_that_are_easily_misread(html: bytes) -> None:
    assert not differing(html, DEFAULT)
    assert not differing(html, EVERYTHING)


@needs_scanner
def test_finds_what_the_parser_finds_on_strange_pages() -> None:
    settings = (DEFAULT, EVERYTHING)

    pages = [strange_page(random.Random(seed)) for seed in range(2_000)]

    assert [page for i, page in enumerate(pages) if differing(page, settings[i % 2])] == []
    bailed_out = sum(isinstance(scanner.scanned(page), str) for page in pages)
    assert bailed_out < len(pages) / 4


@needs_scanner
@pytest.mark.parametrize("settings", [DEFAULT, EVERYTHING], ids=["default", "everything"])
def test_finds_what_the_parser_finds_among_elements_of_one_text(settings: Settings) -> None:
    pages = [page_of_leaves(random.Random(seed)) for seed in range(2_000)]

    assert [page for page in pages if differing(page, settings)] == []


@needs_scanner
@pytest.mark.parametrize(
    "html",
    [
        b"<div>" * 1_000_000,
        b"<img " + b" ".join(b"a%d=1" % i for i in range(200_000)) + b">",
        b"<a b='" * 1_000_000,
        b"<svg>" + b"<![CDATA[" * 1_000_000,
        b"<script>" + b"<!--<script>" * 1_000_000,
        b"<b>" * 400 + b"<p></b><i>" * 100_000,
        b"<div><a " + b"x " * 500_000 + b"></div>" + b"<div>x<img></div>" * 100_000,
        b"<x>" * 480 + b"<p>x</p><li></foo>" * 100_000,
        b"<h1>" + b"&notit" * 1_000_000,
    ],
    ids=lambda html: html[:12].decode(),
)
def test_takes_its_time_from_the_size_of_a_page_alone(html: bytes) -> None:
    start = time.process_time()

    scanner.scanned(html)

    assert time.process_time() - start < 1


@needs_scanner
def test_knows_the_events_of_the_parser() -> None:
    assert set(scanner._scanner.WANTED) == EVENTS
    assert len(scanner._scanner.WANTED) == len(EVENTS)


def test_a_machine_without_scanner_asks_the_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanner, "_scanner", None)

    assert list(scanner.events(b"<img src=a>", frozenset({"img"}))) == [("img", {"src": "a"}, None)]
