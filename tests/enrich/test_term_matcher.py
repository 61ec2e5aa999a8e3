import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from crawl2clip.enrich.terms.term_matcher import TermHits, Terms
from crawl2clip.enrich.terms.word_tokenizer import key


def found(terms: list[str], texts: list[str | None]) -> list[list[str]]:
    made = Terms(terms, np.arange(len(terms)))
    ids = made.hits(pa.array(texts, pa.string())).lists(len(texts))
    return [[terms[i] for i in row] for row in ids.to_pylist()]


def test_the_longest_term_at_each_place_from_left_to_right() -> None:
    terms = ["new", "york", "new york", "york city hall", "city", "dog", "t shirt"]
    texts = {
        "New York, NEW york city": ["new york", "new york", "city"],
        "york city hall": ["york city hall"],
        "new york city hall": ["new york", "city"],  # york is taken
        "york city": ["york", "city"],  # a beginning of a term is none
        "a dog's t-shirt; hotdog": ["dog", "t shirt"],
        "nothing": [],
        "": [],
    }

    assert found(terms, list(texts)) == list(texts.values())


def test_a_term_does_not_go_on_in_the_next_text() -> None:
    assert found(["new york"], ["new", "york", None, "new york"]) == [[], [], [], ["new york"]]


def test_no_terms_and_no_texts() -> None:
    assert found([], ["a dog"]) == [[]]
    assert found(["dog"], []) == []


def test_ids_are_those_given() -> None:
    terms = Terms(["a dog", "cat"], np.array([7, 3]))

    assert terms.hits(pa.array(["cat and a dog"])).ids.tolist() == [3, 7]


# Few words, so that beginnings are shared and terms overlap.
few = st.lists(st.sampled_from("abcdé東"), min_size=1, max_size=4).map(" ".join)


@settings(deadline=None)  # the first call imports what the others use
@given(st.lists(few, unique=True), st.lists(st.lists(few, max_size=5).map(", ".join)))
def test_it_is_what_a_slow_and_simple_loop_finds(terms: list[str], texts: list[str]) -> None:
    known = set(terms)

    def simple(words: list[str]) -> list[str]:
        for size in range(len(words), 0, -1):
            if (term := " ".join(words[:size])) in known:
                return [term, *simple(words[size:])]
        return simple(words[1:]) if words else []

    assert found(terms, list(texts)) == [simple(key(text).split()) for text in texts]


def test_the_rarest_come_first_and_each_once() -> None:
    terms = TermHits(np.array([0, 0, 0, 2, 2]), np.array([1, 0, 1, 3, 2]))
    rank = np.array([2, 3, 0, 1])  # the rarest is term 2, then 3, 0, 1

    assert terms.rarest(rank, 1).lists(3).to_pylist() == [[0], [], [2]]
    assert terms.rarest(rank, 5).lists(4).to_pylist() == [[0, 1], [], [2, 3], []]
