from pathlib import Path

import pyarrow as pa
import pytest

from crawl2clip.filter.blocklists.imagenet_synsets import (
    bundled_list,
    first_offset,
    has_listed_synset,
    read_offsets,
)

DOG = 2_084_071  # dog.n.01, which is in ImageNet-21K


def test_the_first_meaning_of_a_word_is_that_of_its_commonest_noun() -> None:
    assert first_offset("dog") == first_offset("DOGS") == DOG
    assert first_offset("dog.") is first_offset("the") is first_offset("") is None


def test_a_text_names_a_thing_if_one_of_its_words_does() -> None:
    texts = {
        "a dog": True,
        "Dogs  run": True,
        "a dog.": False,
        "the of": False,
        "dog's": False,
        "": False,
        None: None,
    }

    assert has_listed_synset(pa.array(list(texts)), frozenset([DOG])).to_pylist() == list(
        texts.values()
    )


def test_rows_of_a_slice_are_told_apart() -> None:
    texts = pa.array(["dog", "x", "y dog z", None, "z"]).slice(1)

    assert has_listed_synset(texts, frozenset([DOG])).to_pylist() == [False, True, None, False]


def test_no_texts_name_nothing() -> None:
    assert has_listed_synset(pa.array([], pa.string()), frozenset([DOG])).to_pylist() == []


def test_the_bundled_list_is_the_one_of_imagenet_21k() -> None:
    found = read_offsets("")

    assert len(found) == 21_843
    assert DOG in found
    assert read_offsets(bundled_list()) == found


def test_a_list_holds_synsets_or_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "synsets.txt"
    path.write_text("# animals\nn02084071\n2121620\n")

    assert read_offsets(str(path)) == {DOG, 2_121_620}


def test_a_list_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "synsets.txt"
    path.write_text("n02084071\ndog.n.01\n")

    with pytest.raises(ValueError, match=r"'dog.n.01' is not a synset; n02084071 would be one"):
        read_offsets(str(path))
