"""WordNet's files: a tiny one written here for the format, WordNet 3.0 for what it says."""

from pathlib import Path

import pytest

from crawl2clip.shared.wordnet import Synset, WordNet, wordnet_folder

FILES = {
    "data.noun": (
        "  1 This is a licence, whose lines start with blanks.  \n"
        "00000100 03 n 01 Animal 0 001 ~ 00000200 n 0000 | a living thing  \n"
        "00000200 05 n 02 dog 0 Canis_familiaris 1 003 @ 00000100 n 0000 #m 00000100 n 0000 "
        '@i 00000300 n 0000 | a pet; "the dog barked all night"; "dogs; cats"  \n'
        "00000300 05 n 01 St._Bernard 0 000 | a big one | with a bar  \n"
    ),
    "data.verb": "00000100 38 v 01 dog 1 001 @ 00000300 v 0000 01 + 08 00 | go after  \n"
    "00000300 38 v 0b a 0 b 0 c 0 d 0 e 0 f 0 g 0 h 0 i 0 j 0 k 0 000 00 | eleven lemmas  \n",
    "data.adj": "00000100 00 s 01 galore(ip) 0 000 | in abundance  \n",
    "data.adv": "00000100 02 r 01 very 0 000 | much  \n",
    "index.noun": "animal n 1 1 ~ 1 0 00000100  \ndog n 2 2 @ #m 2 1 00000200 00000300  \n",
    "index.verb": "dog v 1 1 @ 1 0 00000100  \n",
    "index.adj": "galore a 1 0 1 0 00000100  \n",
    "index.adv": "  1 licence\nvery r 1 0 1 0 00000100  \n",
    "noun.exc": "doggies dog animal\ndogs dogz\n",
    "verb.exc": "",
    "adj.exc": "",
    "adv.exc": "",
}


@pytest.fixture(params=["\n", "\r\n"], ids=["LF", "CRLF"])
def tiny(tmp_path: Path, request: pytest.FixtureRequest) -> WordNet:
    for name, text in FILES.items():
        (tmp_path / name).write_bytes(text.replace("\n", request.param).encode())
    return WordNet(tmp_path)


def test_a_synset_is_read_whole(tiny: WordNet) -> None:
    assert tiny.synset("n", 200) == Synset(200, "n", ("dog", "Canis_familiaris"), "a pet", (100,))
    assert tiny.synset("v", 300).lemmas == tuple("abcdefghijk"), "their number is hexadecimal"


def test_markers_of_adjectives_are_no_part_of_the_lemma(tiny: WordNet) -> None:
    assert tiny.synset("s", 100) == tiny.synset("a", 100) == tiny.synsets("galore")[0]
    assert tiny.synset("s", 100).lemmas == ("galore",)


def test_senses_come_by_part_of_speech_and_then_as_the_index_ranks_them(tiny: WordNet) -> None:
    assert [(s.pos, s.offset) for s in tiny.synsets("DOG")] == [("n", 200), ("n", 300), ("v", 100)]
    assert [s.offset for s in tiny.synsets("dog", "v")] == [100]
    assert tiny.synsets("cat") == tiny.synsets("") == []


def test_a_word_is_found_by_its_base_forms(tiny: WordNet) -> None:
    irregular = [s.offset for s in tiny.synsets("doggies", "n")]

    assert irregular == [200, 300, 100], "all that the exception list names"
    assert tiny.synsets("dogs", "n") == [], "an exception takes the place of the endings"
    assert [s.pos for s in tiny.synsets("dogs")] == ["v"]
    assert [s.pos for s in tiny.synsets("doging")] == ["v"]


def test_hypernyms_are_those_of_the_kind_not_of_the_instance(tiny: WordNet) -> None:
    [animal] = tiny.hypernyms(tiny.synset("n", 200))

    assert (animal.head, tiny.hypernyms(animal)) == ("animal", [])


def test_every_synset_comes_once_in_the_order_of_the_files(tiny: WordNet) -> None:
    order = "n100 n200 n300 v100 v300 s100 r100"

    assert " ".join(f"{synset.pos}{synset.offset}" for synset in tiny) == order


def test_a_folder_that_is_no_wordnet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"is no WordNet: it has no index\.noun"):
        WordNet(tmp_path)


def test_the_variable_of_wordnets_own_programs_is_obeyed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WNSEARCHDIR", "/somewhere")

    assert wordnet_folder() == Path("/somewhere")


@pytest.fixture(scope="module")
def wordnet() -> WordNet:
    return WordNet(wordnet_folder())


def test_wordnet_3_has_117659_synsets(wordnet: WordNet) -> None:
    assert len(list(wordnet)) == 117_659


# First senses as `nltk.corpus.wordnet` of NLTK 3.10 gives them.
@pytest.mark.parametrize(
    ("word", "offset", "gloss"),
    [
        ("dog", 2084071, "a member of the genus Canis (probably descended from the common wolf)"),
        ("geese", 1855672, "web-footed long-necked typically gregarious migratory aquatic birds"),
        ("running", 558883, "(American football) a play in which a player attempts to carry"),
        ("hot_dog", 10187710, "someone who performs dangerous stunts to attract attention"),
        ("better", 5143558, "something superior in quality or condition or effect"),
    ],
)
def test_first_senses_are_those_of_nltk(
    wordnet: WordNet, word: str, offset: int, gloss: str
) -> None:
    first = wordnet.synsets(word)[0]

    assert first.offset == offset
    assert first.gloss.startswith(gloss)
