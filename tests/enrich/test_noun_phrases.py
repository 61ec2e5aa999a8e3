"""What spaCy takes for noun phrases, in bounded time and memory."""

import time

import pyarrow as pa
import pytest

from crawl2clip.enrich.terms.noun_phrases import MOST_LETTERS, NounPhrases, beginning

pytest.importorskip("spacy")


def terms(texts: list[str | None]) -> list[list[int]]:
    found = NounPhrases({"dog": 0, "small cat": 1, "house": 2}).hits(pa.array(texts, pa.string()))
    return found.lists(len(texts)).to_pylist()


def test_phrases_nouns_and_their_lemmas_are_terms() -> None:
    assert terms(["Two dogs and a small cat", None, "", "run"]) == [[0, 1], [], [], []]


def test_of_a_long_text_the_words_that_begin_it_are_looked_at() -> None:
    assert beginning("a" * 999 + " bc") == "a" * 999
    assert beginning("a" * 998 + " b c") == "a" * 998 + " b"
    assert beginning("a" * 5_000) == "a" * MOST_LETTERS
    assert terms(["a dog " + "and so on " * 200 + "a house"]) == [[0]]


def test_a_caption_of_megabytes_costs_little() -> None:
    terms(["a dog"])  # loads the model
    started = time.process_time()

    found = terms(["a dog barks " * 500_000, "a house", "\x00" * 2_000_000, "🐕" * 1_000_000])

    assert found[:2] == [[0], [2]]
    assert time.process_time() - started < 10


def test_many_long_captions_are_parsed_a_few_at_a_time() -> None:
    texts = ["a dog barks " * 80] * 40 + ["a house"]

    assert terms(texts) == [[0]] * 40 + [[2]]
