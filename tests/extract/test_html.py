"""What on a page is an image, and which texts go with it."""

from collections.abc import Sequence

import pytest

from crawl2clip.extract.archives.page import PageError
from crawl2clip.extract.html.page_collector import page_content
from crawl2clip.extract.html.page_model import Image, Link, PageContent, PageMetadata
from crawl2clip.extract.limits.read_settings import Settings

ALL_IMAGES = ("src", "srcset", "picture", "lazy", "noscript", "link", "og", "twitter", "json_ld")
ALL_TEXTS = (
    *("alt", "title", "data-image-title", "aria-label", "figcaption", "json_ld", "og", "link_text"),
)


def read(html: str | bytes, **settings: object) -> PageContent:
    body = html.encode() if isinstance(html, str) else html
    return page_content(body, Settings(**settings))  # type: ignore[arg-type]


def found(html: str, **settings: object) -> list[tuple[str, str]]:
    """(best link, text) of all images."""
    images = read(html, **settings).images
    return [(image.links[0].href, text) for image in images for _, text in image.texts]


def linked(html: str, **settings: object) -> list[tuple[str, list[str]]]:
    """(where the best link stood, all links) of all images."""
    images = read(html, **settings).images
    return [(image.url_source, [link.href for link in image.links]) for image in images]


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<img src=a.jpg alt='a dog'>", [("a.jpg", "a dog")]),
        ("<IMG ALT=dog SRC=a.jpg>", [("a.jpg", "dog")]),
        ("<image src=a.jpg alt=dog>", [("a.jpg", "dog")]),  # browsers take it for <img>
        ("<img src=a.jpg>", []),
        ("<img src=a.jpg alt>", []),
        ("<img src=a.jpg alt=''>", []),
        ("<img src=a.jpg alt=' \t\u00a0 '>", []),
        ("<img src=a alt=one alt=two>", [("a", "one")]),  # the first of two attributes counts
        ("<noscript><img src=a alt=dog></noscript>", [("a", "dog")]),
        ("<!-- <img src=a alt=dog> -->", []),
        ("<script>'<img src=a alt=dog>'</script>", []),
        ("<template><img src=a alt=dog></template>", []),
        ("<p>no end <b><img src=a alt=dog", []),
        ("<p title='<img src=a alt=dog>'>", []),
        ("", []),
    ],
)
def test_finds_images_with_a_link_and_an_alt_text(
    html: str, expected: list[tuple[str, str]]
) -> None:
    assert found(html) == expected


def test_entities_in_attributes_follow_the_attribute_rule() -> None:
    html = "<img src='?a=1&amp;b=2&copy=2&reg' alt='caf&eacute; &amp; &lt;b&gt; &#128054;'>"

    assert found(html) == [("?a=1&b=2&copy=2®", "café & <b> 🐶")]


def test_images_come_in_document_order() -> None:
    html = "<img src=1 alt=one><div><img src=2 alt=two></div><img src=1 alt=one>"

    assert found(html) == [("1", "one"), ("2", "two"), ("1", "one")]


@pytest.mark.parametrize(
    ("html", "left_out"),
    [
        ("<img alt=dog>", {"no link": 1}),
        ("<img src='' alt=dog><img src=' ' alt=dog>", {"no link": 2}),
        ("<img src=data:image/png;base64,AAAA alt=dog>", {"inline": 1}),
        ("<img src=' DATA:image/png;base64,AAAA' alt=dog>", {"inline": 1}),
        ("<img src=a.gif width=1 height=1 alt=dog>", {"pixel": 1}),
        ("<img src=a.gif width=0 height=0px alt=dog>", {"pixel": 1}),
        ("<img src=a.gif width=1 height=1>", {}),  # without a text there is no pair to lose
    ],
)
def test_what_shows_nothing_is_left_out_and_counted(html: str, left_out: dict[str, int]) -> None:
    assert read(html) == PageContent(PageMetadata(), [], left_out)


@pytest.mark.parametrize("size", ["width=1", "width=1 height=300", "width=100% height=1"])
def test_a_line_is_no_pixel(size: str) -> None:
    assert found(f"<img src=a {size} alt=dog>") == [("a", "dog")]


@pytest.mark.parametrize(
    ("img", "source", "links"),
    [
        ("src=s.jpg srcset='m.jpg 300w, l.jpg 600w'", "srcset", ["l.jpg", "m.jpg", "s.jpg"]),
        ("src=s.jpg srcset='l.jpg 2x'", "srcset", ["l.jpg", "s.jpg"]),
        ("src=s.jpg srcset='h.jpg .5x'", "src", ["s.jpg", "h.jpg"]),
        ("src=l.jpg srcset='s.jpg 300w, l.jpg 600w'", "src", ["l.jpg", "s.jpg"]),
        ("srcset='s.jpg, l.jpg 2x' sizes=100vw", "srcset", ["l.jpg", "s.jpg"]),
        ("src=s.jpg srcset='oops 3, x -1w'", "src", ["s.jpg"]),
        ("src=blank.gif data-src=a.jpg", "lazy", ["a.jpg"]),
        ("src='' data-original=a.jpg", "lazy", ["a.jpg"]),
        ("data-lazy-src=a.jpg", "lazy", ["a.jpg"]),
        ("src=data:, data-srcset='s.jpg 1x, l.jpg 2x'", "lazy", ["l.jpg", "s.jpg"]),
        ("src=/i/lazy_placeholder.gif?v=1 data-src=a.jpg", "lazy", ["a.jpg"]),
        ("src=/i/160_90.png data-src=a.jpg", "lazy", ["a.jpg"]),
        ("src=a.jpg data-src=b.jpg", "src", ["a.jpg", "b.jpg"]),
        ("src=a.jpg data-src=a.jpg", "src", ["a.jpg"]),
        ("src=b.jpg data-image=42", "src", ["b.jpg"]),
        ("src='' data-delay=/a.jpg/small data-url=/page", "lazy", ["/a.jpg/small"]),
        ("src=blank.gif data-src=data:,", "src", ["blank.gif"]),  # there is no better one
        ("src=blank.gif", "src", ["blank.gif"]),
    ],
)
def test_all_links_of_an_img_are_kept_and_the_largest_comes_first(
    img: str, source: str, links: list[str]
) -> None:
    assert linked(f"<img {img} alt=dog>") == [(source, links)]


def test_widths_and_densities_are_kept() -> None:
    [image] = read("<img src=s srcset='l 600w' alt=x width=300 height='200px'>").images

    assert image == Image(
        (Link("l", 600), Link("s")), "srcset", (("alt", "x"),), width=300, height=200
    )


@pytest.mark.parametrize(
    ("inside", "source", "links"),
    [
        ("<source srcset=a.webp><img src=a.jpg alt=x>", "src", ["a.jpg", "a.webp"]),
        ("<source srcset='s 300w, l 900w'><img src=a alt=x>", "picture", ["l", "s", "a"]),
        ("<source srcset='l 9w' type=image/avif><img src=a alt=x>", "src", ["a", "l"]),
        ("<source data-srcset=l><img src=data:, alt=x>", "lazy", ["l"]),
        ("<source srcset=data:,><img data-src=a alt=x>", "lazy", ["a"]),
        ("<img src=a alt=x><source srcset=b>", "src", ["a"]),  # too late
        ("<source src=b><img src=a alt=x>", "src", ["a"]),
    ],
)
def test_a_picture_gives_its_sources_to_its_img(inside: str, source: str, links: list[str]) -> None:
    assert linked(f"<picture>{inside}</picture>") == [(source, links)]
    assert linked(f"<p><noscript><picture>{inside}</picture></noscript>") == [("noscript", links)]


def test_sources_outside_of_a_picture_are_none() -> None:
    html = "<picture><source srcset=p></picture><source srcset=q><img src=a alt=x>"

    assert linked(html) == [("src", ["a"])]


@pytest.mark.parametrize(
    ("html", "source", "links"),
    [
        ("<img src=blank.gif data-src=a alt=x><noscript><img src=a alt=x></noscript>",
         "lazy", ["a"]),
        ("<p><noscript><img src=a alt=x></noscript><img src=blank.gif data-src=a alt=x>",
         "noscript", ["a"]),
        ("<img src=data:, alt=x><noscript><img src=a alt=x></noscript>", "noscript", ["a"]),
        ("<img data-src=s alt=x><noscript><img src=l alt=x></noscript>", "lazy", ["s", "l"]),
        ("<img src=blank.gif alt=''><noscript><img src=a alt=x></noscript>", "noscript", ["a"]),
    ],
)  # fmt: skip
def test_an_image_and_its_stand_in_for_those_without_scripts_are_one(
    html: str, source: str, links: list[str]
) -> None:
    assert linked(html) == [(source, links)]
    assert found(html) == [(links[0], "x")]


def test_other_images_in_noscript_are_images_of_their_own() -> None:
    html = "<img src=a alt=x><noscript><img src=b alt=y><img src=a alt=x></noscript>"

    assert found(html) == [("a", "x"), ("b", "y"), ("a", "x")]
    assert found(html, images=("src",)) == [("a", "x")]


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, [("src", ["s.jpg"])]),
        ({"images": ("src", "link")}, [("src", ["s.jpg", "/l.JPG?x"])]),
        ({"images": ("src", "link"), "prefer_link": True}, [("link", ["/l.JPG?x", "s.jpg"])]),
    ],
)
def test_a_thumbnail_may_lead_to_the_whole_image(
    settings: dict[str, object], expected: object
) -> None:
    html = "<a href=/l.JPG?x><img src=s.jpg alt=x></a>"

    assert linked(html, **settings) == expected
    assert linked("<a href=/page><img src=s.jpg alt=x></a>", **settings) == [("src", ["s.jpg"])]


def texts(html: str, *sources: str, images: Sequence[str] = ("src",)) -> list[tuple[str, str]]:
    [image] = read(html, texts=sources, images=images).images
    return list(image.texts)


def test_an_image_has_texts_of_its_own() -> None:
    html = "<img src=a title=T aria-label=L data-image-title=D alt=A>"

    assert texts(html, "aria-label", "title", "alt", "data-image-title") == [
        ("alt", "A"),
        ("title", "T"),
        ("data-image-title", "D"),
        ("aria-label", "L"),
    ]
    assert texts(html, "title") == [("title", "T")]


@pytest.mark.parametrize(
    ("html", "caption"),
    [
        ("<figure><img src=a><figcaption>A <b>do</b>g</figcaption></figure>", "A dog"),
        ("<figure><figcaption>A dog</figcaption><p><img src=a></figure>", "A dog"),
        ("<figure><img src=a><figcaption>A<br>dog<p>runs</p>far</figcaption>", "A dog runs far"),
        ("<figure><img src=a><figcaption>A<!-- c --> dog<script>x</script>"
         "<style>y</style><noscript>z</noscript></figcaption></figure>", "A dog"),
        ("<figure><img src=a><figcaption> </figcaption><figcaption>2nd</figcaption>", "2nd"),
        ("<figure><figure><img src=a></figure><figcaption>outer</figcaption></figure>", "outer"),
        ("<figure><figure><img src=a><figcaption>inner</figcaption></figure>"
         "<figcaption>outer</figcaption></figure>", "inner"),
    ],
)  # fmt: skip
def test_a_figure_gives_its_caption_to_its_images(html: str, caption: str) -> None:
    assert texts(html, "alt", "figcaption") == [("figcaption", caption)]


def test_a_caption_ends_with_its_figure() -> None:
    html = "<figure><figcaption>no</figcaption></figure><img src=a alt=x>"

    assert texts(html, "alt", "figcaption") == [("alt", "x")]


def test_the_text_of_a_link_is_that_of_the_images_in_it() -> None:
    html = "<a href=/p>See <img src=a alt=x> the <i>d</i>og</a> <img src=b alt=y>"
    images = read(html, texts=("alt", "link_text")).images

    assert [dict(image.texts) for image in images] == [
        {"alt": "x", "link_text": "See the dog"},
        {"alt": "y"},
    ]


def test_meta_tags_for_social_networks_name_images() -> None:
    html = """
        <meta property=og:image content=/a.jpg><meta property=og:image:width content=600>
        <meta property=og:image:alt content='A dog'><meta property=OG:title content=Title>
        <meta property=og:image content=/b.jpg><meta name=og:description content='It runs'>
        <meta name=twitter:image content=/a.jpg><meta property=og:image content=data:,>
    """
    assert read(html, texts=("og",), images=("og", "twitter")).images == [
        Image((Link("/a.jpg"),), "og", (("og", "A dog"), ("og", "Title"), ("og", "It runs")), 600),
        Image((Link("/b.jpg"),), "og", (("og", "Title"), ("og", "It runs"))),
        Image((Link("/a.jpg"),), "twitter", (("og", "Title"), ("og", "It runs"))),
    ]
    assert read(html).images == []


def test_json_ld_is_read_from_scripts_of_that_type() -> None:
    data = '{"@type": "ImageObject", "url": "/a.jpg", "name": "<b>"}'
    html = f"<script type=text/javascript>{data}</script>"
    typed = f"<script type=' Application/LD+JSON; x'>{data}</script>"
    settings = {"texts": ("json_ld",), "images": ("json_ld",)}

    assert found(html, **settings) == []
    assert found(html + typed + "<img src=b>", **settings) == [("/a.jpg", "<b>")]


@pytest.mark.parametrize(
    ("html", "metadata"),
    [
        ("<base target=_top><base href=/b/><base href=/c/>", PageMetadata(base="/b/")),
        ("<base href>", PageMetadata(base="")),
        ("<title> A\n page </title><title>2</title>", PageMetadata(title="A page")),
        ("<svg><title>circle</title></svg><title>page</title>", PageMetadata(title="page")),
        ("<a rel='nofollow LICENSE' href=/by>x</a><link rel=license href=/nd>",
         PageMetadata(licence="/by")),
        ("<a rel=licensed href=/by>x</a>", PageMetadata()),
        ("<meta name=ROBOTS content='noai, noindex'><meta name=googlebot content=none>",
         PageMetadata(robots=(("*", "noai, noindex"), ("googlebot", "none")))),
        ("<meta name=tdm-reservation content=1><meta name=tdm-policy content=/p>",
         PageMetadata(tdm_reservation="1", tdm_policy="/p")),
        ("<meta name=description content=noai>", PageMetadata()),
    ],
)  # fmt: skip
def test_what_holds_for_the_whole_page(html: str, metadata: PageMetadata) -> None:
    assert read(f"{html}<img src=a alt=b>").metadata == metadata


def test_an_image_has_the_heading_before_it() -> None:
    html = (
        "<img src=0 alt=x><h1>Dogs <a href=#>big</a> and<br>small</h1><img src=1 alt=x>"
        "<h2>not this</h2><h3>but this</h3><p><img src=2 alt=x><h6> </h6><img src=3 alt=x>"
    )
    assert [image.heading for image in read(html).images] == [
        None,
        "Dogs big and small",
        "but this",
        "but this",
    ]


def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    [image] = read(b"<img src=a alt='d\xff\xc3g \xed\xa0\x80'>").images

    assert image.texts == (("alt", "d\ufffd\ufffdg \ufffd\ufffd\ufffd"),)


def test_beyond_the_limit_images_are_counted_and_left_out() -> None:
    offered = read("<img src=a alt=x>" * 5, max_images_per_page=3)

    assert len(offered.images) == 3
    assert offered.too_many == 2
    assert offered.left_out == {}


@pytest.mark.parametrize(
    ("bomb", "kind"),
    [
        (b"<div>" * 400_000, "page too deep"),
        (b"<b><div></b>" * 100_000, "page too deep"),
        (b"<span><div></span>" * 100_000, "page too deep"),
        (b"<div><table></div></table>" * 100_000, "page too deep"),
        (b"".join(b"<div><b id=%d></div>x" % n for n in range(20_000)), "page too deep"),
        (b"<p " + b" ".join(b"a%d=1" % n for n in range(100_000)), "too many attributes"),
        (b"<p " + b" ".join(b"a%d" % n for n in range(100_000)), "too many attributes"),
    ],
    ids=range(7),
)
def test_a_page_that_would_keep_the_parser_busy_is_refused(bomb: bytes, kind: str) -> None:
    with pytest.raises(PageError, match=f"^{kind}: "):
        read(b"<img src=a alt=x>" + bomb + b"<img src=a alt=x>")


@pytest.mark.parametrize(
    "html",
    [
        b"<p><font size=2>x</p><br>" * 10_000,
        b"<ul>" + b"<li><a href=x>y</a>" * 20_000,
        b"<table>" + b"<tr><td><b id=a>x<td><i>y" * 10_000,
        b"<div><span></div>" * 20_000,
        b"<script>'" + b"<div>" * 50_000 + b"'</script>",
        b"<img src='data:," + b"a " * 50_000 + b"'>",
    ],
    ids=range(6),
)
def test_a_long_page_in_bad_html_is_read(html: bytes) -> None:
    assert len(read(html + b"<img src=a alt=x>").images) == 1
