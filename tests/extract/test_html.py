"""What on a page is an image with a text."""

import pytest

from pipeline.extract.html import candidates, collapsed


def found(html: str) -> list[tuple[str, str]]:
    return [(c.link, c.text) for c in candidates(html.encode()).candidates]


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
        ("<img alt=dog>", []),
        ("<img src='' alt=dog>", []),
        ("<img src=' ' alt=dog>", []),
        ("<img src=data:image/png;base64,AAAA alt=dog>", []),
        ("<img src=' DATA:image/png;base64,AAAA' alt=dog>", []),
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


def test_images_come_in_document_order_and_say_where_the_text_stood() -> None:
    html = b"<img src=1 alt=one><div><img src=2 alt=two></div><img src=1 alt=one>"

    parsed = candidates(html)

    assert [tuple(c) for c in parsed.candidates] == [
        ("1", "one", "alt"),
        ("2", "two", "alt"),
        ("1", "one", "alt"),
    ]


@pytest.mark.parametrize(
    ("html", "base"),
    [
        ("", None),
        ("<base href=/b/>", "/b/"),
        ("<base target=_top><base href=/b/><base href=/c/>", "/b/"),
        ("<BASE HREF=http://y.example>", "http://y.example"),
        ("<base href>", None),
    ],
)
def test_the_first_base_with_a_link_counts(html: str, base: str | None) -> None:
    assert candidates(f"{html}<img src=a alt=b>".encode()).base == base


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a  red dog\n by\u00a0the\u3000river ", "a red dog by the river"),
        ("a\x00b\x07c\x1fd\x7fe\x9bf", "abcdef"),
        ("a \x01 b", "a b"),
        ("a\tb\x0bc\x0cd\re\x85f\u2028g", "a b c d e f g"),
        ("\ud83d dog", "\ufffd dog"),
        ("zero\u200bwidth 👩\u200d🚀", "zero\u200bwidth 👩\u200d🚀"),  # joiners carry meaning
        ("\x01 \x02", ""),
    ],
)
def test_white_space_collapses_and_control_characters_go(text: str, clean: str) -> None:
    assert collapsed(text) == clean


def test_bytes_that_are_no_utf8_become_replacement_characters() -> None:
    parsed = candidates(b"<img src=a alt='d\xff\xc3g \xed\xa0\x80'>")

    assert [c.text for c in parsed.candidates] == ["d\ufffd\ufffdg \ufffd\ufffd\ufffd"]
