"""Pages made to keep a reader busy: each is a different way to ask for more work than its size.

`PATTERNS` holds them by name; called with a number of bytes, each gives a page of about that many.
Most stand between two images, so that the whole page has to be read.
"""

import itertools
import zlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

HTML = "text/html; charset=utf-8"
IMAGE = b"<img src=/a.jpg alt='a red dog'>"
DOCTYPE = b"<!DOCTYPE html>"
MOJIBAKE = "\u00e2\u20ac\u2122"  # an apostrophe in UTF-8, read as Windows-1252


class Evil(NamedTuple):
    """The body of a response and what its headers say of it."""

    body: bytes
    content_type: str = HTML
    headers: tuple[tuple[str, str], ...] = ()
    url: str = "http://x.example/p/page.html"


Unit = bytes | Callable[[int], bytes]
Pattern = Callable[[int], Evil]
PATTERNS: dict[str, Pattern] = {}


def filled(unit: Unit, size: int) -> bytes:
    """`size` bytes or a little more of the unit, which may depend on its number."""
    if isinstance(unit, bytes):
        return unit * (size // len(unit) + 1)
    parts, length = [], 0
    for number in itertools.count():
        if length >= size:
            break
        parts.append(unit(number))
        length += len(parts[-1])
    return b"".join(parts)


def _page(*parts: tuple[Unit, float] | bytes, image: bytes = IMAGE, end: bytes = IMAGE) -> Pattern:
    """Parts are bytes as they are, or a unit and its share of the page's size."""

    def made(size: int) -> Evil:
        body = [p if isinstance(p, bytes) else filled(p[0], int(p[1] * size)) for p in parts]
        return Evil(DOCTYPE + image + b"".join(body) + end)

    return made


def _flood(name: str, unit: Unit, before: bytes = b"", after: bytes = b"") -> None:
    PATTERNS[name] = _page(before, (unit, 1), after)


def _halves(name: str, first: Unit, second: Unit, between: bytes = b"", share: float = 0.5) -> None:
    PATTERNS[name] = _page((first, share), between, (second, 1 - share))


def _numbered(before: str, after: str) -> Callable[[int], bytes]:
    return lambda number: f"{before}{number}{after}".encode()


def _nested_elements() -> None:
    """Elements in elements, without an end."""
    for tag in (
        "div", "table", "b", "a", "nobr", "font", "li", "dd", "option", "optgroup", "button",
        "select", "template", "svg", "math", "ruby", "rt", "p", "object", "figure", "picture", "h1",
        "x-y",
    ):  # fmt: skip
        _flood(f"nested {tag}", f"<{tag}>".encode())
    _flood("nested div with words", b"<div>x")
    _flood("nested div, ends in a value", b"<div title='</div>'>")
    _flood("nested div, ends in a comment", b"<div><!--></div>-->")
    _flood("nested g, ends in a style of svg", b"<g><style></g></g>", b"<svg>")
    _flood("nested li and dd", b"<li><dd>")
    _flood("nested div and p", b"<div><p>")
    _flood("nested button and p", b"<button><p><object>")
    _flood("nested table and td", b"<table><tr><td>")
    _flood("nested ul and li", b"<ul><li>")
    _flood("nested dl and dd", b"<dl><dd>")
    _flood("nested select and option", b"<select><option>")
    _flood("nested template in table", b"<table><template>")
    _flood("nested svg and desc", b"<svg><desc>")
    _flood("nested math and mi", b"<math><mi>")
    _flood("link in svg", b"<link>", b"<svg>")
    _flood("tr in svg", b"<tr>", b"<svg>")
    _flood("option in math", b"<option>", b"<math>")
    _flood("a in table cells", b"<a href=x><table><td>")
    _flood("object and image", b"<object>" + IMAGE)
    _flood("figure and figcaption", b"<figure><figcaption>x" + IMAGE)
    _flood("figcaption in figcaption", b"<figcaption><b></b>" + IMAGE)
    _flood("h1 in div, each with an image", b"<h1><div>" + IMAGE)


def _formatting() -> None:
    """Formatting elements that are not closed, or closed elsewhere, and are made anew."""
    for tag in ("a", "b", "font"):
        _flood(f"{tag} with an attribute of its own", _numbered(f"<{tag} id=", ">"))
        _flood(f"{tag} and div misnested", _numbered(f"<{tag} id=", f"><div></{tag}>"))
        _halves(f"{tag} made anew in each p", _numbered(f"<p><{tag} id=", ">"), b"<p>x")
    _flood("b and i misnested", b"<b><i></b></i>")
    _flood("b, p and i misnested", b"<b><p><i></b></p></i>x")
    _flood("b in each p", b"<p><b>x</p>")
    _flood("b of its own in each p", _numbered("<p><b id=", ">x</p>"))
    _flood("b of its own in each div", _numbered("<div><b id=", "></div>x"))
    _halves("b and as many ends of p", _numbered("<b id=", ">"), b"</p>")
    _halves("b and as many ends of div", _numbered("<b id=", ">"), b"<div></b>")
    _halves("div and as many ends of b", b"<b><div>", b"</b>")
    _halves("b, deep, made anew", _numbered("<p><b id=", ">"), b"<p>x</p>", share=0.02)
    _halves("font, made anew in cells", _numbered("<font id=", ">"), b"<td>x", b"<table>", 0.1)
    few = b"<p>" + filled(_numbered("<b id=", ">"), 900)
    _flood("a hundred b made anew", b"<p>x</p>", few + b"</p>")
    _flood("a hundred b made anew by words", b"x</p><p>", few + b"</p>")
    deep = b"<div>" * 300
    _flood("a hundred b made anew, deep", b"<p>x</p>", deep + few + b"</p>")
    many = b"<p>" + b"".join(
        b"<%s id=%d>" % (name, n)
        for name in b"b big code em font i nobr s small strike strong tt u".split()
        for n in range(3)
    )
    _flood("forty made anew, deep", b"<p>x", b"<span>" * 400 + many)
    _flood("forty made anew", b"<p>x", many)
    _flood("long attributes made anew", b"<p>x", b"<p><b title='" + b"y" * 5000 + b"'>")
    _flood("adoption, deep", b"<b></div></b><div>", b"<b><i><u><s>" + deep)
    _flood("adoption around spans", b"<b><span><div></b></div>")
    _flood("ends of formatting", b"</b></i></a></font>", deep)
    _flood("adoption in a deep tree", b"<a><p></a></p>", deep)
    _flood("nobr in nobr", b"<nobr><nobr></nobr>")
    _flood("a in a", b"<a href=x>x<p>")
    _flood("markers", b"<object><b></object>")
    _flood("big and small", b"<big><small>x</big></small>")


def _tags() -> None:
    """What stands in one tag, or is merged into one element."""
    for tag in ("html", "body"):
        _flood(f"{tag} merges attributes", _numbered(f"<{tag} a", "=1>"))
        _flood(f"{tag} with many equal attributes", f"<{tag} a=1>".encode())
        _flood(f"{tag} with many attributes", _numbered(" a", "=1"), f"<{tag}".encode(), b">")
        few = " ".join(f"b{n}" for n in range(900))
        _flood(f"{tag} again with nine hundred", f"<{tag} {few}>".encode())
    _flood("attributes of an img", _numbered(" a", "=1"), b"<img", b">")
    _flood("equal attributes of an img", b" a=1", b"<img", b">")
    _flood("a thousand attributes each", b"<p" + filled(_numbered(" a", ""), 6000) + b">")
    _flood("a thousand attributes each, no p", b"<x" + filled(_numbered(" a", ""), 6000) + b"></x>")
    _flood("many attributes of an end", _numbered(" a", "=1"), b"<p></p", b">")
    _flood("attributes with less than", _numbered(" a", "='<'"), b"<p", b">")
    _flood("attributes in equal signs", b"=<a/", b"<a/b")
    _flood("html merges between words", _numbered("<html a", "=1>x"), b"long " * 9999)
    _flood("slashes in a tag", b"/ ", b"<img src=a alt=b", b">")
    _flood("a long attribute name", b"n", b"<p ", b">")
    _flood("a long attribute value", b"v", b"<p id='", b"'>")
    _flood("a long tag name", b"t", b"<t", b">")
    _flood("a long alt", b"word ", b"<img src=a.jpg alt='", b"'>")
    _flood("a long alt of accents", "e\u0301\u0302".encode(), b"<img src=a.jpg alt='", b"'>")
    _flood("a quote not closed", b"<p title='x>")
    _flood("a quote never closed", b" x", b"<p title='")
    _flood("equals signs", b"<p ===a='>' =\">\">")
    _flood("a heading and many attributes", _numbered("<h1 id=", "></h1>"))


def _text() -> None:
    """Bytes between tags, and what is not quite a tag."""
    for name, unit in {
        "ampersands": b"&", "cut references": b"&am", "numbers not ended": b"&#x1", "long number":
        b"1", "long names": b"&CounterClockwiseContourIntegral;", "names not known": b"&abcdefgh;",
        "NUL": b"\0", "carriage returns": b"\r", "line ends": b"\r\n", "comments open": b"<!--",
        "bogus comments": b"<!", "bogus questions": b"<?", "ends of nothing": b"</", "less than":
        b"<", "dashes": b"--", "comments": b"<!---->x", "white space": b" ", "wide white space":
        "\u3000 ".encode(), "words": b"x ", "not UTF-8": b"\xff", "cut UTF-8": b"\xe2\x80",
        "controls": b"\x01\x02", "marks": "\u0301".encode(), "end of p": b"</p>", "end of br":
        b"</br>", "end of unknown": b"</x>", "words and ends": b"x</y>",
    }.items():  # fmt: skip
        _flood(f"flood of {name}", unit)
        if name in ("long names", "white space", "controls"):
            _flood(f"alt of {name}", unit, b"<img src=a.jpg alt='", b"'>")
            _flood(f"heading of {name}", unit, b"<h1>", b"</h1>")
    _flood("a reference of many digits", b"1", b"&#")
    _flood("digits in an alt", b"1", b"<img src=a alt='&#x", b"'>")


def _raw_text() -> None:
    """Elements whose content is text, and what may hide their end."""
    _flood("script opens comments", b"<!--<script>", b"<script>")
    _flood("script in a comment", b"<script></script>", b"<script><!--")
    _flood("script dashes", b"-->", b"<script><!--")
    for tag, unit in {
        "script": b"</scrip", "style": b"</styl", "textarea": b"</textare", "title": b"</titl",
        "iframe": b"</ifram", "xmp": b"</xm", "plaintext": b"</plaintext>", "noembed": b"</noembe",
    }.items():  # fmt: skip
        _flood(f"ends that are none in {tag}", unit, f"<{tag}>".encode())
    for tag in ("script", "textarea", "title"):
        _flood(f"many {tag}", f"<{tag}>x</{tag}>".encode())
        _flood(f"many {tag} open", f"<{tag}>".encode())
    _flood("CDATA in svg", b"<![CDATA[", b"<svg>")
    _flood("CDATA closed in svg", b"<![CDATA[x]]>", b"<svg>")
    _flood("CDATA brackets", b"]]", b"<svg><![CDATA[")
    _flood("CDATA in html", b"<![CDATA[x]]>")
    _flood("titles in svg", b"<title>x</title>", b"<svg>" + b"<g>" * 400)
    _flood("titles in g in svg", b"<g><title>x</title>", b"<svg>")


def _tables() -> None:
    """Text and elements that a table moves before itself."""
    _flood("words in a table", b"x<tr>", b"<table>")
    _flood("words and comments in a table", b"x<!---->", b"<table>")
    _flood("words and ends in a table", b"x</y>", b"<table>")
    _flood("words in tables", b"<table>x")
    _flood("b in a table", b"<b>x<tr>", b"<table>")
    _flood("b of its own in a table", _numbered("<b id=", "><tr>"), b"<table>")
    _flood("div in a table", b"<div>x</div>", b"<table>")
    _flood("div open in a table", b"<div>", b"<table>")
    _flood("images in a table", IMAGE, b"<table>")
    _flood("headings in a table", b"<h1>x</h1>", b"<table>")
    _flood("cells", b"<td>", b"<table>")
    _flood("rows", b"<tr>", b"<table>")
    _flood("sections", b"<tbody>", b"<table>")
    _flood("captions", b"<caption>x", b"<table>")
    _flood("columns", b"<col>", b"<table>")
    _flood("column groups", b"<colgroup><col>", b"<table>")
    _flood("hidden inputs", b"<input type=hidden>", b"<table>")
    _flood("forms in a table", b"<form></form>", b"<table>")
    _flood("tables in a table", b"<table>x", b"<table>")
    _flood("white space in a table", b" <tr> ", b"<table>")
    _flood("a in a table", b"<a>x", b"<table>")
    _flood("a in a table, closed", b"<a>x</a>", b"<table>")
    _flood("select in a table", b"<select><tr>", b"<table>")
    _flood("p in a table", b"<p>x", b"<table>")
    _flood("tables in a paragraph", b"<p><table></table>")


def _structure() -> None:
    """Elements that stand where they should not."""
    _flood("many forms", b"<form>")
    _flood("many framesets", b"<frameset>")
    _flood("framesets in a row", b"<frameset><frame>", b"</p>")
    _flood("head again", b"<head>")
    _flood("head elements behind the head", b"<head></head><meta><link>")
    _flood("bodies end", b"</body></html>")
    _flood("bodies end with comments", b"</body><!---->x")
    _flood("isindex", b"<isindex>")
    _flood("image", b"<image src=a.jpg alt=x>")
    _flood("inputs", b"<input>")
    _flood("hr in select", b"<hr>", b"<select>")
    _flood("options", b"<option>x", b"<select>")
    _flood("selectedcontent", b"<selectedcontent>", b"<select>", b"<option>x")
    _flood("options and selectedcontent", b"<option>x", b"<select><selectedcontent></select>")
    _halves(
        "selectedcontent and options", b"<selectedcontent></selectedcontent>",
        b"<option selected>x</option>", b"",
    )  # fmt: skip
    _flood(
        "selectedcontent in select",
        b"<select><button><selectedcontent></button><option>x<b>y</select>",
    )
    _flood("li in ul", b"<li>x", b"<ul>")
    _flood("li in li", b"<li><div>", b"<ul>")
    _flood("dd in dl", b"<dd>x<dt>y", b"<dl>")
    _flood("ruby parts", b"<rb>x<rt>y<rtc><rp>", b"<ruby>")
    _flood("ruby parts alone", b"<rb><rtc>")
    _flood("pre", b"<pre>\n\n</pre>")
    _flood("font in svg", b"<font color=x>", b"<svg>")
    _flood("breaks out of svg", b"<svg><p>")
    _flood("annotation-xml", b"<annotation-xml encoding=text/html>", b"<math>")
    _flood("template contents", b"<template>" + IMAGE + b"</template>")
    _flood("template modes", b"<template><tr><td></template>")
    _flood("deep, then blocks", b"<p>x</p>", b"<div>" * 450)
    _flood("deep, then ends", b"</x>", b"<span>" * 450)
    _flood("deep, then li", b"<li>x</li>", b"<p>" + b"<div>" * 450)
    _flood("very deep, then blocks", b"<p>x</p>", b"<div>" * 980)
    _flood("very deep, then titles", b"<title></title>", b"<div>" * 980)


def _images() -> None:
    """Images, and what around them speaks of them."""
    _flood("images", b"<img src=a.jpg alt=x>")
    _flood("images of their own", _numbered("<img src=", ".jpg alt=x>"))
    _flood("images without a text", b"<img>")
    PATTERNS["picture: sources and images"] = _page(
        b"<picture>", (_numbered("<source srcset=s", ".jpg>"), 0.5),
        (_numbered("<img src=i", ".jpg alt=x>"), 0.5), image=b"", end=b"",
    )  # fmt: skip
    _flood("pictures", b"<picture><source srcset=s.jpg><img src=i.jpg alt=x></picture>")
    _flood("pictures open", _numbered("<picture><source srcset=s.jpg><img src=", " alt=x>"))
    _flood("figures", b"<figure><img src=i.jpg alt=x><figcaption>a dog</figcaption></figure>")
    _flood("figcaptions", b"<figcaption>a dog</figcaption>", b"<figure>")
    _flood("images in a figure", _numbered("<img src=", ".jpg>"), b"<figure>", b"<figcaption>x")
    _flood("images in a link", _numbered("<img src=", ".jpg>"), b"<a href=b.jpg>", b"long text</a>")
    _flood("links with images", _numbered("<a href=b.jpg><img src=", ".jpg>x</a>"))
    _flood("noscripts", _numbered("<noscript><img src=", ".jpg alt=x></noscript>"))
    _flood("a noscript of one image", _numbered("<img src=", " alt='a red dog'>"), b"<noscript>")
    _flood("noscript and image in turn", b"<noscript>" + IMAGE + b"</noscript>" + IMAGE)
    _flood("headings", _numbered("<h2>", "</h2>"))
    _flood("headings and images", b"<h2>t</h2>" + IMAGE)
    _flood("headings open", b"<h1>" + IMAGE)
    _flood("a long heading, images", IMAGE, b"<h1>" + b"word " * 2000 + b"</h1>")
    _flood("an empty heading of many", b"<b></b>", b"<h1>", b"</h1>")
    _flood("a heading around images", IMAGE, b"<h1>x", b"</h1>")


def _sources() -> None:
    """`srcset` and the addresses of images."""
    inside = {
        "commas": b",", "links": b"a.jpg 1x, ", "parentheses": b"(", "parts": b"a.jpg (",
        "closed parentheses": b"a.jpg ()", "spaces": b" ", "descriptors": b" 1w", "digits": b"1",
        "data": b"data:,x ", "wrong": b"a 0w, ", "links with commas": b"a,b,",
    }  # fmt: skip
    for name, unit in inside.items():
        before = b"<img src=a.jpg alt=x srcset='a.jpg "
        _flood(f"srcset of {name}", unit, before, b"'>")
    _flood("srcset of long numbers", b"1", b"<img alt=x srcset='a.jpg ", b"x'>")
    for name, unit in {
        "steps back": b"../", "written steps": b"%2e%2e/", "slashes": b"//", "parameters":
        b"&utm_source=x", "percent": b"%", "spaces": b" a", "letters": "\u00e9".encode(), "dots":
        b"/.", "question marks": b"?", "colons": b":", "hashes": b"#", "backslashes": b"\\",
        "tabs": b"a\t",
    }.items():  # fmt: skip
        _flood(f"src of {name}", unit, b"<img alt=x src='a", b"'>")
    hosts: dict[str, Unit] = {
        "punycode": b"xn--", "letters": "\u00fc".encode(), "many letters":
        lambda n: chr(0x4E00 + n % 20000).encode(), "dots": b"a.", "digits": b"1", "hyphens":
        b"a-", "users": b"u@", "brackets": b"[:", "marks": "a\u0301".encode(),
    }  # fmt: skip
    for name, part in hosts.items():
        _flood(f"host of {name}", part, b"<img alt=x src='http://", b"/a.jpg'>")
    _flood("host after host", _numbered("<img alt=x src=//xn--", ".de/>"))
    _flood("steps back and forth", b"a/../", b"<img alt=x src='/", b"'>")
    _flood("blank names", b"blank_", b"<img alt=x data-src=a.jpg src=", b".gif>")
    _flood("digits of a size", b"1", b"<img alt=x src=a.jpg width='", b"px'>")
    for before, after in ((b"<base href='/", b"'>"), (b"<link rel=license href='/", b"'>")):
        _flood(f"long {before[1:5].decode()}", b"a/", before, after)
    PATTERNS["long base and images"] = _page(
        (_numbered("<img alt=x src=", ">"), 0.5), b"<base href='/", (b"a/", 0.5), b"'>", end=b""
    )
    _flood("bases", _numbered("<base href=/", "/>"))
    _flood("licences", _numbered("<a rel=license href=/", "></a>"))
    _flood("words in rel", b"x ", b"<a href=x rel='", b"license'></a>")
    PATTERNS["the page's own steps"] = lambda size: Evil(
        DOCTYPE + filled(IMAGE, size), url="http://x.example/" + "a/../" * 2000
    )


def _meta() -> None:
    """What the head says of the whole page."""
    for name in ("og:image", "og:title", "twitter:image", "og:image:alt", "robots", "googlebot"):
        before = f"<meta property={name} name={name} content="
        _flood(f"meta {name}", _numbered(before, ".jpg>"))
    PATTERNS["og: a title and images"] = _page(
        b"<meta property=og:title content='", (b"word ", 0.5), b"'>",
        (_numbered("<meta property=og:image content=", ".jpg>"), 0.5),
    )  # fmt: skip
    _flood("robots of its own", _numbered("<meta name=a", "bot content=noindex>"))
    _flood("robots of many words", b"noindex, ", b"<meta name=robots content='", b"'>")
    _flood("robots of agents", _numbered("a", ": noindex, "), b"<meta name=robots content='", b"'>")
    _flood("a long name of meta", b"a", b"<meta name='", b"bot' content=x>")
    _flood("a title without end", b"word ", b"<title>")
    _flood("titles", b"<title>x</title>")
    json_ld = b"<script type=application/ld+json>"
    names = b'{"name":"' + b"w " * 20000 + b'","image":['
    image = '{"@type":"ImageObject","contentUrl":"%d.jpg","name":"x"},'
    floods: tuple[tuple[str, Unit, bytes, bytes], ...] = (
        ("json-ld nested lists", b"[", b"", b""),
        ("json-ld nested objects", b'{"a":', b"", b""),
        ("json-ld images", lambda n: (image % n).encode(), b"[", b"1]"),
        ("json-ld: a name and images", lambda n: b'"%d.jpg",' % n, names, b'"a"]}'),
        ("json-ld long text", b"word ", b'{"image":"a.jpg","name":"', b'"}'),
        ("json-ld wide list", b"[],", b"[", b"1]"),
        ("json-ld escapes", b"\\ud800", b'{"image":"a.jpg","name":"', b'"}'),
    )
    for name, part, start, end in floods:
        _flood(name, part, json_ld + start, end + b"</script>")
    _flood("json-ld scripts", json_ld + b'{"image":"a.jpg","name":"x"}</script>')
    _flood("a long type of script", b"x", b"<script type='", b"ld+json'></script>")


def _typed(name: str, content_type: str, unit: bytes, end: bytes = IMAGE) -> None:
    PATTERNS[name] = lambda size: Evil(IMAGE + filled(unit, size) + end, content_type)


def _charsets() -> None:
    """Pages that say, or do not say, what charset they are in."""
    plain = "text/html"
    for codec in ("utf-16-le", "utf-16-be"):
        start = ("\ufeff" + (DOCTYPE + IMAGE).decode()).encode(codec)
        PATTERNS[f"{codec} of surrogates"] = partial(_surrogates, start)
    for label, unit in {
        "iso-2022-jp": b"\x1b$B\x1b(B", "gb18030": b"\x81\x30\xff", "big5": b"\x81",
        "shift_jis": b"\xfd", "euc-kr": b"\xc9\xff", "windows-1252": b"\x81", "utf-7": b"+AD",
    }.items():  # fmt: skip
        _typed(f"charset {label}", f"text/html; charset={label}", unit)
    _typed("charset unknown", "text/html; charset=x", b"\xe4 \xf6")
    _typed("charset not told, not UTF-8", plain, b"x", b"\xff")
    _typed("charset not told, noise", plain, bytes(range(128, 256)))
    _typed("charset at the end", plain, b"x", b"<meta charset=gbk>")
    _typed("prescan of metas", plain, b"<meta ")
    _typed("prescan of comments", plain, b"<!--")
    _typed("prescan of spaces", plain, b"<meta charset ")


def _surrogates(start: bytes, size: int) -> Evil:
    return Evil(start + b"\xd8\xd8" * (size // 2), "text/html")


def _mojibake() -> None:
    """Texts that look damaged, which a slow library mends."""
    for name, text in {
        "mojibake": MOJIBAKE + " ", "mojibake without spaces": MOJIBAKE, "references": "&amp;amp; ",
        "twice encoded": "\u00c3\u0192\u00c2\u00a9", "lines": MOJIBAKE + "&#10;", "C1":
        "\u0080\u0081", "half": "\u00c3", "a0": "\u00c3\u00a0 ", "escapes": "&lt;b&gt;",
    }.items():  # fmt: skip
        _flood(f"alt of {name}", text.encode(), b"<img src=a.jpg alt='&eacute; &amp;lt; ", b"'>")
    _flood("alts of mojibake", b"<img src=a.jpg alt='" + MOJIBAKE.encode() * 20 + b"'>")


def _bodies() -> None:
    """How a body travels."""
    for name, unit in {
        "chunks of a byte": b"1\r\nx\r\n", "chunks of nothing": b"0\r\n", "chunk extensions":
        b"1;", "chunk sizes": b"0",
    }.items():  # fmt: skip
        PATTERNS[name] = partial(_chunked, unit)
    for coding, bits in (("deflate", 15), ("gzip", 31)):
        PATTERNS[f"{coding} of nothing"] = partial(_coded, coding, bits)
    PATTERNS["X-Robots-Tag"] = lambda size: Evil(
        DOCTYPE + filled(IMAGE, size), HTML, (("X-Robots-Tag", "a: noindex, " * 600),)
    )


def _chunked(unit: bytes, size: int) -> Evil:
    start = b"%x\r\n%s\r\n" % (len(IMAGE), IMAGE)
    return Evil(start + filled(unit, size), HTML, (("Transfer-Encoding", "chunked"),))


def _coded(coding: str, bits: int, size: int) -> Evil:
    pack = zlib.compressobj(9, zlib.DEFLATED, bits)
    body = pack.compress(IMAGE + b" " * size) + pack.flush()
    return Evil(body, HTML, (("Content-Encoding", coding),))


for _make in (
    _nested_elements, _formatting, _tags, _text, _raw_text, _tables, _structure, _images, _sources,
    _meta, _charsets, _mojibake, _bodies,
):  # fmt: skip
    _make()
