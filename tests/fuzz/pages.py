"""Pages that try the construction of the tree, by the grammar of tags and by splicing others."""

import random
import re

from tests.extract.strange_pages import page_of_leaves, strange_page
from tests.extract.test_finished_images import random_page
from tests.fuzz import blind
from tests.fuzz.corpus import seeds

_FORMATTING = "a b big code em font i nobr s small strike strong tt u".split()  # noqa: SIM905
_BLOCKS = (  # noqa: SIM905
    "address article aside blockquote button center dd details dialog dir div dl dt fieldset"
    " figcaption figure footer form h1 h2 h6 header hgroup li listing main marquee menu nav object"
    " ol optgroup option p pre rb rp rt rtc ruby search section select summary ul applet x-y"
).split()
_PLAIN = "span label x-y rtc optgroup abbr".split()  # noqa: SIM905
_TABLE = "table caption colgroup col tbody tfoot thead tr td th".split()  # noqa: SIM905
_FOREIGN = (  # noqa: SIM905
    "svg math desc foreignObject title mi mo mn ms mtext annotation-xml mglyph malignmark image g"
).split()
_WHOLE = "html head body frameset frame template noscript base meta link".split()  # noqa: SIM905
_RAW = "script style title textarea xmp iframe noembed noframes plaintext".split()  # noqa: SIM905
_IMAGES = "img img img image source picture input br hr wbr embed area".split()  # noqa: SIM905
_GROUPS = (_FORMATTING, _BLOCKS, _TABLE, _FOREIGN, _WHOLE, _RAW, _IMAGES)
_ATTRIBUTES = (
    *(b"src=a.jpg", b"src='/b.png'", b"src=//h.example/c", b"src=data:,x", b"src", b"src=''"),
    *(b"alt='a dog'", b"alt=\xe6\x97\xa5", b"alt='&amp;&lt;&#x41;&#0;&notit;&copy=1'", b"alt"),
    *(b"alt='x\x00y'", b"title=t", b"href=/x", b"href=x.jpg", b"rel=license", b"type=hidden"),
    *(b"type=application/ld+json", b"type=image/avif", b"encoding=text/html", b"color=red"),
    *(b"srcset='a 1x, b 2x'", b"srcset='a 300w,b 600w,'", b"srcset=', ,,a 1x 2h'", b"srcset=a"),
    *(b"data-src=l.jpg", b"data-srcset='l 1x'", b"data-original=blank.gif", b"width=1 height=1"),
    *(b"width=300", b"height=40px", b"name=robots content=noai", b"name=og:x content=y"),
    *(b"property=og:image content=/o.jpg", b"name=tdm-reservation content=1", b"a=1 a=2", b"="),
    *(b"x='", b'y="', b"/", b"aria-label=l", b"data-image-title=d", b"z=<", b"class='a>b'"),
)
_TEXTS = (
    *(b"x", b"some words ", b" ", b"\n", b"\r\n", b"\x00", b"&nbsp;", b"&#9;", b"&Tab;", b"&amp"),
    *(b"\xc3\xa9", b"\xe3\x83", b"\xff", b"<", b"</", b"<!", b"</>", b"<!---->", b"<!-->", b"-->"),
    *(
        b"<!-- c -->",
        b"<!-- --!>",
        b"<!--",
        b"<![CDATA[x<img src=1 alt=1>]]>",
        b"<![CDATA[",
        b"]]>",
    ),
    *(b"<?x>", b"<!doctype html>", b"<!doctype x>", b'{"@type":"ImageObject","name":"n"}'),
    b"</script",
    b"<!--<script>",
    b"&#xD800;",
    b"&#1114112;",
    b"&CounterClockwiseContourIntegral;",
)
_TOKEN = re.compile(rb"<[^<>]*>?|[^<]+")
_NAME = re.compile(rb"(?<=[</])[a-zA-Z][^\s/>]*")
_LARGEST = 1 << 16


def page(seed: int, number: int) -> bytes:
    """The page of that number."""
    chance = random.Random(f"page {seed} {number}")
    known = seeds("page")
    kind = chance.randrange(8)
    if kind < 2:
        found = grammatical(chance)
    elif kind == 2:
        found = agency(chance)
    elif kind == 3:
        found = chance.choice((strange_page, page_of_leaves, random_page))(chance)
    else:
        found = b"".join(_window(chance, _TOKEN.findall(chance.choice(known))))
    for _ in range(chance.choice((0, 1, 1, 2, 4, 8))):
        found = _mutated(chance, found, known)[:_LARGEST]
    return found


def grammatical(chance: random.Random) -> bytes:
    """Tags of few kinds in any order, so that they meet often."""
    names: list[str] = []
    for group in chance.sample(_GROUPS, chance.randrange(1, 5)):
        names += chance.choices(group, k=chance.randrange(1, 5))
    names += chance.choices(_IMAGES, k=2)
    length = chance.choice((4, 8, 16, 32, 64))
    return b"".join(_token(chance, names) for _ in range(length))


def agency(chance: random.Random) -> bytes:
    """Formatting elements that end within blocks, in all ways: most of 13.2.6.4.7."""
    names = chance.sample(_FORMATTING, chance.randrange(2, 7))
    others = chance.sample(_BLOCKS + _TABLE, chance.randrange(1, 4))
    others += chance.sample(_PLAIN, chance.randrange(3))
    share, ends = chance.choice((0.3, 0.6, 0.8)), chance.choice((0.15, 0.4))
    parts = []
    for _ in range(chance.randrange(6, 40)):
        name = chance.choice(names if chance.random() < share else others)
        parts.append(_end(name) if chance.random() < ends else _start(chance, name, 0.05))
        if chance.random() < 0.15:
            parts.append(b"<img src=%d alt=x>" % chance.randrange(9))
    return b"".join(parts)


def _token(chance: random.Random, names: list[str]) -> bytes:
    if chance.random() < 0.2:
        return chance.choice(_TEXTS)
    name = chance.choice(names)
    if chance.random() < 0.35:
        return _end(name)
    return _start(chance, name, 1 if name in ("img", "image", "source", "meta") else 0.3)


def _start(chance: random.Random, name: str, share: float) -> bytes:
    given = b""
    if chance.random() < share:
        given = b" " + b" ".join(chance.choices(_ATTRIBUTES, k=chance.randrange(1, 4)))
    return b"<" + name.encode() + given + chance.choices((b">", b"/>", b""), (30, 2, 1))[0]


def _end(name: str) -> bytes:
    return b"</" + name.encode() + b">"


def _window(chance: random.Random, tokens: list[bytes]) -> list[bytes]:
    """Some of the tokens, for a large page is slow and its parts are alike."""
    most = chance.choice((10, 40, 150))
    start = chance.randrange(max(1, len(tokens) - most))
    return tokens[start : start + most]


def _mutated(chance: random.Random, html: bytes, known: list[bytes]) -> bytes:
    if chance.random() < 0.2:
        return blind.mutated(chance, html, known)
    tokens = _TOKEN.findall(html)
    at = chance.randrange(len(tokens) + 1)
    end = min(len(tokens), at + chance.choice((0, 1, 1, 2, 5, 12)))
    return b"".join((*tokens[:at], *_instead(chance, tokens[at:end], known), *tokens[end:]))


def _instead(chance: random.Random, tokens: list[bytes], known: list[bytes]) -> list[bytes]:
    """What takes the place of the tokens."""
    kind = chance.randrange(7)
    if kind == 0:
        return []
    if kind == 1:
        return tokens * chance.choice((2, 3, 5, 20, 110, 520))
    if kind == 2:
        return [*tokens, _token(chance, chance.choice(_GROUPS))]
    if kind == 3:
        return [*tokens, *_window(chance, _TOKEN.findall(chance.choice(known)))[:20]]
    if kind == 4:
        return chance.sample(tokens, len(tokens))
    name = chance.choice(chance.choice(_GROUPS)).encode()
    if kind == 5:
        return [_NAME.sub(name, token) for token in tokens]
    return [b"<" + name + b">", *tokens, chance.choice((b"", b"</" + name + b">"))]
