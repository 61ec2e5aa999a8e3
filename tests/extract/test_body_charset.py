"""Bytes -> text, as browsers decide it."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crawl2clip.extract.archives.body import codec_of, utf8

KOREAN = "똠방각하"  # its first letter is in the wider code page only
THAI = "สวัสดีครับ"


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        ("dög".encode(), "text/html; charset=utf-8", "dög"),
        ("dög".encode(), "text/html", "dög"),
        ("dög".encode("latin-1"), "text/html; charset=ISO-8859-1", "dög"),
        ("dög".encode("latin-1"), 'text/html;Charset = "Latin1"', "dög"),
        (b"\x93dog\x94 \x80", "text/html; charset=iso-8859-1", "\u201cdog\u201d \u20ac"),
        (b"\x93dog\x94", "text/html; charset=us-ascii", "\u201cdog\u201d"),
        ("собака".encode("cp1251"), "text/html; charset=windows-1251", "собака"),
        ("собака".encode("koi8-r"), "text/html; charset=koi8-r", "собака"),
        ("㐀狗".encode("gb18030"), "text/html; charset=gb2312", "㐀狗"),
        ("髙橋①".encode("cp932"), "text/html; charset=Shift_JIS", "髙橋①"),
        ("犬".encode("euc-jp"), "text/html; charset=euc-jp", "犬"),
        (KOREAN.encode("cp949"), "text/html; charset=euc-kr", KOREAN),
        ("㗎狗".encode("big5hkscs"), "text/html; charset=big5", "㗎狗"),
        (THAI.encode("cp874"), "text/html; charset=tis-620", THAI),
        ("dög".encode("utf-16-le"), "text/html; charset=utf-16", "dög"),
        # a header that means nothing does not count
        ("dög".encode(), "text/html; charset=nonsense", "dög"),
        ("dög".encode(), "text/html; charset=unicode_escape", "dög"),
        ("dög".encode(), "text/html; charset=", "dög"),
        # the byte order mark beats the header, the header the meta tag
        (b"\xef\xbb\xbf" + "dög".encode(), "text/html; charset=latin1", "dög"),
        (b"\xff\xfe" + "dög".encode("utf-16-le"), "text/html; charset=utf-8", "dög"),
        (b"\xfe\xff" + "dög".encode("utf-16-be"), "", "dög"),
        (b"<meta charset=koi8-r>d\xc3\xb6g", "text/html; charset=utf-8", None),
        (b"", "", ""),
    ],
)
def test_mark_and_header_say_the_charset(body: bytes, content_type: str, text: str | None) -> None:
    expected = body.decode() if text is None else text

    assert utf8(body, content_type).decode() == expected


@pytest.mark.parametrize(
    ("meta", "letter"),
    [
        ("<meta charset=koi8-r>", "Ж"),
        ("<META  CharSet = 'KOI8-R' />", "Ж"),
        ('<meta http-equiv=Content-Type content="text/html; charset=koi8-r">', "Ж"),
        ("<!-- <meta charset=windows-1252> --><meta charset=koi8-r>", "Ж"),
        ("<meta charset=nonsense><meta charset=koi8-r>", "Ж"),
        (" " * 2000 + "<meta charset=koi8-r>", "Ж"),
        ("<meta charset=windows-1252>", "ö"),
    ],
)
def test_the_meta_tag_says_the_charset(meta: str, letter: str) -> None:
    assert utf8(meta.encode() + b"\xf6", "text/html").decode() == meta + letter


def test_a_meta_tag_that_says_utf16_cannot_be_right() -> None:
    page = "<meta charset=utf-16>dög"

    assert utf8(page.encode(), "text/html").decode() == page


def test_without_a_declaration_the_bytes_decide() -> None:
    text = "Съешь же ещё этих мягких французских булок, да выпей чаю. " * 3

    assert utf8(text.encode(), "").decode() == text
    assert utf8(text.encode("cp1251"), "").decode() == text


def test_what_cannot_be_decoded_is_replaced() -> None:
    assert utf8(b"a\x81\xffb", "text/html; charset=shift_jis").decode().count("\ufffd") >= 1


LABELS = "utf-16 utf-16be latin1 gb2312 gbk shift_jis euc-jp iso-2022-jp euc-kr big5 tis-620"


@given(st.binary(max_size=60), st.sampled_from(LABELS.split()))
def test_other_charsets_always_give_sound_utf8(body: bytes, label: str) -> None:
    assume(not body.startswith(b"\xef\xbb\xbf"))

    utf8(body, f"text/html; charset={label}").decode()  # no lone surrogate, no broken sequence


@pytest.mark.parametrize("label", ["", "nonsense", "utf-7", "rot13", "x-user-defined", "\0"])
def test_labels_that_browsers_do_not_know(label: str) -> None:
    assert codec_of(label) is None
