"""Texts as rows hold them."""

import random
import re

import pytest
from ftfy.badness import BADNESS_RE, is_bad

from crawl2clip.extract.html.page_model import collapsed, context
from crawl2clip.extract.rows.text_repair import _MAYBE_DAMAGED, mended


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


_PATTERN = BADNESS_RE.pattern
_RANGES = re.findall(r"(.)-(.)", _PATTERN)
_SUSPECTS = sorted(
    set(_PATTERN)
    | {chr(c) for first, last in _RANGES for c in range(ord(first), ord(last) + 1)}
    | set("aZ 9中あ가😀я")
)


def test_whatever_ftfy_takes_for_damage_is_looked_at() -> None:
    chance = random.Random(1)
    strange = [letter for letter in _SUSPECTS if not letter.isascii()]
    missed, damaged = [], 0
    for _ in range(30_000):
        text = "".join(chance.choices(chance.choice((_SUSPECTS, strange)), k=chance.randint(1, 5)))
        if is_bad(text):
            damaged += 1
            missed += [] if _MAYBE_DAMAGED.search(text) else [text]
    assert missed == []
    assert damaged > 1_000
    assert not _MAYBE_DAMAGED.search("schöne Bäume, собака, λφα α, 中文“字”, café")
