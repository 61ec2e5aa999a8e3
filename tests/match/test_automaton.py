from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawl2clip.match.matcher import automaton
from crawl2clip.match.matcher.automaton import Packed, built
from crawl2clip.match.matcher.normal_form import key, spaced

if TYPE_CHECKING:
    from ahocorasick_rs import AhoCorasick


def build(entries: list[str]) -> "AhoCorasick":
    return automaton.build([key(entry) for entry in entries])


def entry_ids(entries: "AhoCorasick", text: str) -> list[int]:
    return automaton.entry_ids(entries, spaced(text))


def test_an_entry_stands_between_blanks_or_separators() -> None:
    entries = build(["dog", "New York", "dogs"])

    assert entry_ids(entries, "a dog") == [0]
    assert entry_ids(entries, "dog, cat") == [0]
    assert entry_ids(entries, "cat:dog.") == [0]
    assert entry_ids(entries, "a\tdog\nruns") == [0]
    assert entry_ids(entries, "in New York!") == [1]


@pytest.mark.parametrize(
    "text", ["Dog", "dog's", "dog-house", "(dog)", "dog/cat", "hotdog", "", " ", "New  York"]
)
def test_what_is_not_a_separator_hides_an_entry(text: str) -> None:
    assert entry_ids(build(["dog", "New York"]), text) == []


def test_neighbours_share_the_blank_between_them() -> None:
    assert entry_ids(build(["red", "dog", "red dog"]), "red dog") == [0, 1, 2]


def test_an_entry_counts_once_a_text() -> None:
    assert entry_ids(build(["cat", "dog"]), "dog dog, dog cat") == [0, 1]


def test_an_entry_that_holds_a_separator_never_matches() -> None:
    assert entry_ids(build(["St. Louis"]), "St. Louis") == []


@given(
    text=st.text(alphabet="ab ,.\n'", max_size=30),
    entries=st.lists(st.text(alphabet="ab ,", max_size=4), unique=True, min_size=1),
)
def test_equals_the_plain_loop_over_all_entries(text: str, entries: list[str]) -> None:
    expected = [i for i, entry in enumerate(entries) if key(entry) in spaced(text)]

    assert entry_ids(build(entries), text) == expected


def test_a_packed_list_is_built_once_a_process() -> None:
    packed = Packed.of(["dog", "cat", "собака"])

    assert packed.keys() == [" dog ", " cat ", " собака "]
    assert built(packed) is built(Packed.of(["dog", "cat", "собака"]))
    assert entry_ids(built(Packed.of(["cat"])), "a cat") == [0]
