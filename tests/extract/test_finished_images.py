"""Images that the native scanner finishes are those that the parser's events come to."""

import random

import pytest

from crawl2clip.extract.html import lexbor_events as parser
from crawl2clip.extract.html import scanner
from crawl2clip.extract.html.page_collector import collect_content, finishing, wanted
from crawl2clip.extract.html.page_model import PageContent
from crawl2clip.extract.limits.read_settings import Settings

pytestmark = pytest.mark.skipif(not scanner.is_built(), reason="no C compiler, no scanner")

SETTINGS = (
    Settings(),
    Settings(texts=("alt", "title", "data-image-title", "aria-label")),
    Settings(images=("src", "srcset", "picture", "lazy")),
    Settings(images=("src", "noscript"), max_images_per_page=3),
    Settings(texts=("title", "og"), images=("src", "srcset", "og", "noscript")),
    Settings(texts=("alt", "figcaption")),
)
ATTRIBUTES = (  # what a page may say of an image, plain and odd
    *(
        "src=a.jpg",
        "src=b.jpg",
        "src=data:image/gif;base64,AA",
        "src=x/blank.gif",
        "src=160_90.png",
    ),
    *("src=/p/placeholder.jpg", "src=' b.jpg'", "src=a.gif", "src=ä.jpg", "src=ABOUT:blank", "src"),
    *("srcset='a.jpg 1x, b.jpg 2x'", "srcset='a.jpg 300w,b.jpg 600w 2h, c.jpg'", "srcset=', ,'"),
    *("srcset='a,, b 1.5x,c .5x, d 0x, e 2.x'", "srcset='data:x 1x, c.jpg 00w'", "srcset='ü 1x'"),
    *("srcset='a.jpg 0x,a.jpg 3x'", "srcset='a 1e2x'", "srcset='a (b, c) 1x'", "srcset='a\x1f 1x'"),
    *("srcset='a 2147483648w, b 999999999w, c 1234567890w'", "srcset='a 1w 1w, b 1w 1x'"),
    *("data-src=l.jpg", "data-original=blank.gif", "data-url=page.html", "data-url=x.JPG"),
    *("data-image=a.jpgx.png", "data-srcset='l1.jpg 100w,l2.jpg 200w'", "DATA-SRC='m.jpg '"),
    *("alt='a dog'", "alt='  a\n dog '", "alt=''", "alt", "alt='&nbsp;'", "alt='a&amp;amp;b'"),
    *("alt='a\x01b'", "alt='\x85x'", "alt=日本", "ALT=z", "title=t", "aria-label=q"),
    *("data-image-title=d", "width=1 height=1", "width=300", "width=30px", "height=' 20 '"),
    *("height=100%", "width=0", "width=1234567", "width=+5", "height=5.5", "type=image/avif"),
    *("type=' image/webp'", "type=IMAGE/AVIF", "class=x", "data-image-title-x=y"),
)
AROUND = (
    *("<picture>", "</picture>", "<noscript>", "</noscript>", "<h1>A</h1>", "<h2>", "</h2>", "<p>"),
    *("<h3> </h3>", "<h1>x", "</h1>", "<a href=x.jpg>", "</a>", "</p>", "<figure>", "</figure>"),
    *("<template>", "</template>", "<svg>", "</svg>", "<table>", "</table>", "<td>", "words"),
    *("<title>t</title>", "<base href=/q/>", "<figcaption>c</figcaption>"),
)


def finished(html: bytes, settings: Settings) -> PageContent | None:
    """Return the scanner's content; None if it bails out."""
    found = scanner.scanned(html, wanted(settings), finishing(settings))
    return None if isinstance(found, str) else collect_content(found, settings)


def by_parser(html: bytes, settings: Settings) -> PageContent:
    return collect_content(parser.events(html, wanted(settings)), settings)


def names(html: str, settings: Settings = SETTINGS[0]) -> list[str]:
    """The events; an image that is finished is in `images`, any other an `img`."""
    found = scanner.scanned(html.encode(), wanted(settings), finishing(settings))
    assert not isinstance(found, str), found
    return [name for name, _, _ in found]


def random_page(chance: random.Random) -> bytes:
    def part() -> str:
        if chance.random() < 0.4:
            return chance.choice(AROUND)
        tag = chance.choice(("img", "img", "img", "source", "image"))
        return f"<{' '.join([tag, *chance.choices(ATTRIBUTES, k=chance.randrange(6))])}>"

    return "".join(part() for _ in range(chance.choice((3, 6, 12, 24)))).encode()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=a.jpg alt=dog><img src=a.jpg><img alt=''>", ["images"]),
        ("<img data-src=a.jpg src=data:, alt=dog>", ["images"]),
        ("<img src=a.jpg srcset='b.jpg 2x' alt=dog>", ["images"]),
        ("<h1>x</h1><img src=a.jpg alt=dog>", ["images"]),
        ("<img src=data:, alt=dog>", ["img"]),
        ("<h1>x</h1><img alt=dog>", ["h", "img"]),
        ("<img src=a.jpg alt=dog width=1 height=1>", ["img"]),
        ("<img src=a.jpg srcset='b.jpg 2x 3y' alt=dog>", ["img"]),
        ("<h1>x<img src=a.jpg alt=dog></h1><img src=b.jpg alt=cat>", ["h", "img", "images"]),
        ("<picture><source srcset=a><img src=b></picture>", ["picture", "/picture"]),
    ],
)
def test_what_is_plain_is_finished_and_what_has_no_text_is_left_out(
    html: str, expected: list[str]
) -> None:
    assert names(html) == expected


@pytest.mark.parametrize(
    "html",
    [
        # a stand-in for those who run no scripts, before and behind, with and without one between
        "<img src=a alt=x><noscript><img src=a alt=x></noscript>",
        "<body><noscript><img src=a alt=x></noscript><img src=a alt=x>",
        "<img src=a alt=x><img src=b><noscript><img src=a alt=x></noscript>",
        "<body><noscript><img src=a alt=x></noscript><img src=b><img src=a alt=x>",
        "<img src=a alt=x><noscript><img src=b></noscript><noscript><img src=a alt=x></noscript>",
        "<img src=data:, data-src=a alt=x><noscript><img src=a srcset='b 2x' title=y></noscript>",
        "<img alt=x><noscript><img alt=x><img><img alt=x></noscript>",
        "<body><noscript><img src=a alt=x></noscript><img src=a alt=x><img><img src=b alt=x>",
        # headings: empty ones, open ones, one in another
        "<h1>x</h1><img src=a alt=a><h2> </h2><img src=b alt=b>",
        "<h1>x</h1><img src=a><h2> </h2><img src=b alt=b>",
        "<h1>x</h1><h2> </h2><img src=b alt=b>",
        "<h1>x<img src=a alt=a>y</h1><img src=b alt=b><h2></h2><img src=c alt=c><img alt=d>",
        "<h1>x</h1><img src=a alt=a><h2><img src=b alt=b></h2><img src=c alt=c>",
        "<h1>x<div><h2>y<img src=a alt=a></h2></div><img src=b alt=b>z</h1><img src=c alt=c>",
        "<h1>x<img src=a alt=a><div><h2>y</h2></div><img src=b alt=b>z</h1><img src=c alt=c>",
        "<h1>A</h1><img src=a alt=a><h2>x<a><img><h1>A</h1><img src=b alt=b></a></h2><img src=c"
        " alt=c>",
        "<h1><img src=a alt=a><div><h2><img src=b alt=b></h2></div></h1><img src=c alt=c>",
        # pictures: one in another, sources before, behind and without an image
        "<picture><source srcset=s><picture><img src=b></picture><img src=a alt=a></picture>",
        "<picture><source srcset=s><img src=a><source srcset=t><img src=b alt=b></picture>",
        "<picture><source srcset=s></picture><img src=a alt=a>",
        "<picture><source srcset=s type=image/avif><source srcset='t 2x'><img src=a alt=a>",
        "<picture><source srcset=s><img alt=a></picture><picture><img src=b alt=b></picture>",
        "<picture><source data-srcset='t 2x'><img alt=a src=x.gif></picture>",
        # of equal links the first counts; what is said of them comes together
        "<img src=a srcset='a 2x, a 3x, b 2x' alt=x>",
        "<img src=a srcset='a 0x, b 1x' data-src=a data-srcset='a 5w' alt=x>",
        "<img src=a src=b alt=x alt=y>",
    ],
)
def test_pages_that_are_easily_misread(html: str) -> None:
    for settings in SETTINGS:
        found = finished(html.encode(), settings)
        assert found is None or found == by_parser(html.encode(), settings)


@pytest.mark.parametrize("most", [1, 2, 3, 4, 5])
def test_the_limit_counts_the_same_images(most: int) -> None:
    settings = Settings(max_images_per_page=most)
    html = b"<img src=a alt=a><img><img alt=b><img src=c alt=c><img><noscript><img src=c alt=c>"
    html += b"</noscript><img><img src=d alt=d><img>"

    assert finished(html, settings) == by_parser(html, settings)


def test_a_picture_with_a_great_many_sources_is_left_to_the_parser() -> None:
    html = "<picture>" + "<source srcset=a>" * 65 + "<img src=b alt=c></picture>"

    assert scanner.scanned(html.encode(), wanted(SETTINGS[0])) == "a picture with too many sources"


def test_a_great_many_links_are_the_parsers_too() -> None:
    srcset = ",".join(f"a{n} {n + 1}w" for n in range(150))
    for html in (
        f"<img srcset='{srcset}' alt=x>",
        f"<img srcset='{srcset}' data-srcset='{srcset.replace('a', 'b')}' alt=x>",
    ):
        assert finished(html.encode(), SETTINGS[0]) == by_parser(html.encode(), SETTINGS[0])


def test_random_pages_offer_what_they_offer_by_the_parser() -> None:
    differing = []
    for seed in range(1_000):
        html = random_page(random.Random(seed))
        settings = SETTINGS[seed % len(SETTINGS)]
        found = finished(html, settings)
        if found is not None and found != by_parser(html, settings):
            differing.append((html, settings))
    assert differing == []
