from pathlib import Path

import pytest

from crawl2clip.language.classifiers.fasttext_lid import bundled_model, load
from crawl2clip.match.matcher.automaton import Packed, build, built, matches
from crawl2clip.match.matcher.entry_lists import read_lists
from crawl2clip.match.matcher.normal_form import Spelling
from crawl2clip.match.matcher.unspaced_scripts import glued
from crawl2clip.match.matcher.wiki_codes import list_of, wiki_code


def found(entries: list[str], text: str, **settings: object) -> list[int]:
    spelling = Spelling(**settings)  # type: ignore[arg-type]
    return matches(build([spelling.key(entry) for entry in entries]), [text], spelling)[0]


def test_by_default_nothing_is_normalised() -> None:
    assert found(["dog", "Dog", "DOG"], "a Dog") == [1]
    assert found(["café"], "cafe\u0301") == []
    assert found(["dog"], "dog/cat (dog)") == []
    assert found(["dog"], "") == found(["dog"], " ") == []


def test_case_may_be_folded_and_then_all_of_one_key_match() -> None:
    assert found(["dog", "Dog", "cat"], "a DOG", fold_case=True) == [0, 1]
    assert found(["STRASSE"], "eine Straße", fold_case=True) == [0]


def test_a_unicode_form_makes_equals_of_what_looks_alike() -> None:
    assert found(["caf\u00e9"], "cafe\u0301", unicode="NFC") == [0]
    assert found(["cafe\u0301"], "caf\u00e9", unicode="NFC") == [0]
    assert found(["office"], "oﬃce", unicode="NFC") == []
    assert found(["office"], "oﬃce", unicode="NFKC") == [0]


def test_more_separators_show_entries_that_they_hide() -> None:
    assert found(["dog", "cat"], "dog/cat (dog)", separators="/()") == [0, 1]
    assert found(["dog"], "dog/cat", separators="()") == []


def test_the_borders_of_metaclip_2_want_no_blank_beside_scripts_without_blanks() -> None:
    borders = {"borders": "metaclip2"}

    assert found(["東京", "京"], "東京タワー", **borders) == [0, 1]
    assert found(["東京"], "東京タワー") == [], "as MetaCLIP had it"
    assert found(["แมว"], "รูปแมวน่ารัก", **borders) == [0]
    assert found(["#1", "dog"], "the x#1 hotdog", **borders) == [0]
    assert found(["C++"], "xC++", **borders) == []
    assert found(["C++"], "C++x", **borders) == [0]
    assert found(["dog"], " dog ", **borders) == [0]


def test_kana_and_hangul_match_in_sentences_only_where_one_asks_for_it() -> None:
    mended = {"borders": "metaclip2_kana_hangul"}

    assert found(["タワー", "さくら"], "東京タワーのさくら", borders="metaclip2") == []
    assert found(["タワー", "さくら"], "東京タワーのさくら", **mended) == [0, 1]
    assert found(["서울"], "서울은", borders="metaclip2") == []
    assert found(["서울"], "서울은", **mended) == [0]
    assert found(["dog"], "hotdogs", **mended) == []


@pytest.mark.parametrize(
    ("character", "exact", "mended"),
    [
        *((character, False, False) for character in "aé ж–"),
        *((character, True, True) for character in "。-—東𠮷กខ"),
        *((character, False, True) for character in "アーん한"),
    ],
)
def test_which_characters_want_no_blank(character: str, exact: bool, mended: bool) -> None:
    assert glued(character, False) is exact
    assert glued(character, True) is mended


def test_an_empty_entry_is_a_key_and_no_crash() -> None:
    assert Spelling(borders="metaclip2").key("") == "  "
    assert found(["", "dog"], "a dog", borders="metaclip2") == [1]


def test_the_spelling_is_part_of_what_is_built() -> None:
    plain = Packed.of(["Dog"])
    folded = Packed.of(["Dog"], Spelling(fold_case=True))

    assert plain.digest != folded.digest
    assert folded.keys() == [" dog "]


def test_a_worker_lets_go_the_list_that_it_used_longest_ago() -> None:
    a, b, c = (Packed.of([name]) for name in ("aa", "bb", "cc"))
    first, second = built(a, most_others=2), built(b, most_others=2)

    assert built(a, most_others=2) is first
    built(c, most_others=1)
    assert built(a, most_others=2) is first, "used since b"
    assert built(b, most_others=2) is not second


def test_fasttexts_languages_are_those_of_wikipedias_but_for_two() -> None:
    labels = [label.removeprefix("__label__") for label in load(bundled_model()).labels]

    assert len(labels) == 176
    assert {label for label in labels if wiki_code(label) != label} == {"cbk", "yue"}


def test_a_variant_without_a_list_has_that_of_its_language() -> None:
    assert list_of("de", {"de", "en"}) == "de"
    assert list_of("yue", {"zh", "en"}) == "zh"
    assert list_of("yue", {"zh", "zh_yue"}) == "zh_yue"
    assert list_of("xmf", {"en", "other"}) == "other"
    assert list_of("xmf", {"en"}) is None
    assert list_of(None, {"en", "other"}) == "other"
    assert list_of(None, {"en"}) is None


def test_lists_are_read_by_the_name_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "en.json").write_text('["dog"]')
    (tmp_path / "zh_yue.json").write_text('["狗"]')
    (tmp_path / "_notes.json").write_text("{}")
    (tmp_path / "README").write_text("lists")
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / "metadata.json").write_text('["Hund"]')

    assert read_lists(str(tmp_path)) == {"de": ["Hund"], "en": ["dog"], "zh_yue": ["狗"]}
    (tmp_path / "en.json.gz").write_bytes(b"")
    with pytest.raises(ValueError, match="two entry lists for en"):
        read_lists(str(tmp_path))


def test_a_folder_without_lists_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="holds no entry list"):
        read_lists(str(tmp_path))
    with pytest.raises(ValueError, match="there is no folder"):
        read_lists(str(tmp_path / "gone"))
