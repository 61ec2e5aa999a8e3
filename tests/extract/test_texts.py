"""Texts as rows hold them."""

import pytest

from pipeline.extract.texts import collapsed, context, mended


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


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("cafÃ© noir", "café noir"),
        ("a dog â€” runs", "a dog — runs"),
        ("Ã©tÃ© Ã la plage", "été à la plage"),
        ("fish &amp; chips", "fish & chips"),
        ("l&eacute;on &#128054;", "léon 🐶"),
        # nothing to repair
        ("café noir", None),
        ("“quotes”, ﬁne ｆｕｌｌ, e\u0301", None),
        ("собака 犬 AT&T; R&D", None),
        ("fish & chips", None),
        ("plain", None),
    ],
)
def test_mends_mojibake_and_what_was_escaped_twice_and_nothing_else(
    text: str, fixed: str | None
) -> None:
    assert mended(text) == fixed


def test_a_context_is_short_or_none() -> None:
    assert context(" A \n title ") == "A title"
    assert context("x" * 5_000) == "x" * 1_000
    assert [context(text) for text in (None, "", " \x01 ")] == [None, None, None]
