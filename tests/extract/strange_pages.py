"""Pages as nobody should write them: tags in any order, ends without starts, odd bytes."""

import random

_TAGS = (  # noqa: SIM905
    "a abbr address applet b base big blockquote body br button caption center code col colgroup"
    " dd desc details div dl dt em embed fieldset figcaption figure font foreignObject form frame"
    " h1 h2 head hr html i iframe image img input li link listing main marquee math menu meta"
    " mglyph mi mo nav nobr noembed noframes noscript object ol optgroup option p param picture"
    " plaintext pre rb rp rt rtc ruby s script section select small source span strong style sub"
    " summary svg table tbody td template textarea tfoot th thead title tr tt u ul wbr xmp x-y"
).split()
_ATTRIBUTES = (
    *("src=a.jpg", 'alt="x y"', "alt='a&amp;b&copy=2&notit;&not'", "href=/x", "type=hidden"),
    *('type="application/ld+json"', "color=red", 'class="a>b"', "alt", "alt=x alt=y", "/", "="),
    *('srcset="a 1x, b 2x"', 'title="&#150;&#x41;&#0;&nbsp"', "name=robots content=none", '"'),
    *("'", "a=b/c", "ALT=Z", 'x=\r\n"y\rz"', "name=og:x", "property=og:image content=y"),
)
_TEXTS = (
    *("text", " ", "\n", "&nbsp;", "x < y", "&copy", "a & b", "</>", "<!-- c -->", "<!-->", "<!x>"),
    *("<!-- a --!>", "<?php a > ?>", "<![CDATA[x<img src=1>]]>", "</ x>", "<", "</", "<!", "\r"),
    *("é", "日本", "<!--[if IE]><img src=q alt=w><![endif]-->", "-->", "]]>", "<!doctype html>"),
)
_LIGHT = ("a", "span", "b", "i", "em", "code", "strong", "font", "abbr", "label", "nobr", "u")
_RELS = ("", "", " href=x", " rel=license href=z", ' class="y"', ' REL="x LICENSE" href=q', "/")
_LEAF_TEXTS = ("", "x", " ", "a b", "&amp;", "<", "\n", "é")
_AROUND = (
    *("<p>", "</p>", "<div>", "</div>", "<li>", "<ul>", "</ul>", "<table>", "<tr>", "<td>"),
    *("</table>", "<caption>", "<h2>", "</h2>", "<title>", "</title>", "<pre>", "<button>"),
    *("</button>", "<select>", "<option>", "</select>", "<svg>", "</svg>", "<template>", "<br>"),
    *("</template>", "<object>", "</object>", "<a>", "</a>", "<b>", "</b>", "<nobr>", "<i>"),
)
_DOCTYPES = (
    *("", "", "", "<!DOCTYPE html>", "<!doctype x>"),
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "http://x.example/x.dtd">',
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN">',
)


def strange_page(chance: random.Random) -> bytes:
    """One page; few kinds of tags meet in it, so that they meet often."""
    tags = [*chance.sample(_TAGS, chance.choice((3, 5, 8, 12))), "img", "img"]
    parts = [
        _tag(chance, tags) if chance.random() < 0.8 else chance.choice(_TEXTS)
        for _ in range(chance.choice((3, 6, 10, 20, 40)))
    ]
    return (chance.choice(_DOCTYPES) + "".join(parts)).encode()


def page_of_leaves(chance: random.Random) -> bytes:
    """One page of elements with one text each, as menus are, and what may go wrong among them."""
    parts = [
        chance.choices((_leaf(chance), _image(chance), chance.choice(_AROUND)), (9, 3, 8))[0]
        for _ in range(chance.randrange(3, 40))
    ]
    return "".join(parts).encode()


def _leaf(chance: random.Random) -> str:
    name = chance.choice(_LIGHT)
    start = chance.choice((name, name, name.upper())) + chance.choice(_RELS)
    end = chance.choice((*[name] * 5, f"{name} ", f"{name}x", chance.choice(_LIGHT)))
    return f"<{start}>{chance.choice(_LEAF_TEXTS)}</{end}>"


def _image(chance: random.Random) -> str:
    return f"<img src={chance.randrange(99)}.jpg alt={chance.choice('abc')}>"


def _tag(chance: random.Random, tags: list[str]) -> str:
    name = chance.choice(tags)
    if chance.random() < 0.35:
        return f"</{name}>"
    attributes = chance.choices(_ATTRIBUTES, k=chance.choice((0, 0, 1, 1, 2, 3)))
    if name in ("img", "image"):
        attributes += [f"src={chance.randrange(9)}", f"alt=t{chance.randrange(9)}"]
    end = chance.choices(("/>", ">", ""), (10, 89, 1))[0]
    return f"<{' '.join([name, *attributes])}{end}"
