import pytest

from crawl2clip.io.printable import printable


@pytest.mark.parametrize(
    "text", ["", "a photo of a cat", "Ärger, 猫の写真", "👩‍🔧", "می‌خواهم", "a\xa0b", "\\x1b"]
)
def test_what_every_terminal_shows_stays(text: str) -> None:
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),  # one byte that begins a sequence, as ESC [ does
        ("a\r\nb\tc\x00\x7f\x85", r"a\x0d\x0ab\x09c\x00\x7f\x85"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\u2066b\u2069\u200f\u061c", r"a\u2066b\u2069\u200f\u061c"),
        ("a\u2028b\u2029c", r"a\u2028b\u2029c"),
        ("\ud800", r"\ud800"),
        ("\ufeff\U000e0041", r"\ufeff\U000e0041"),
    ],
)
def test_what_a_terminal_obeys_or_an_eye_misreads_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_no_escape_makes_the_text_longer_than_told() -> None:
    assert printable("x" * 201) == "x" * 200
    assert printable("abc", most=2) == "ab"
    assert printable("\x1b" * 10**6, most=10) == r"\x1b\x1b\x"
