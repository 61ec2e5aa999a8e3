"""Which dump is of which language."""

from pathlib import Path

import pytest

from crawl2clip.entries.sources.languages import dumps, joined_by
from crawl2clip.entries.sources.wordnets import omw_words

NAMES = (
    "dewiki-20240501-pages-articles1.xml.bz2",
    "dewiki-20240501-pages-articles2.xml.bz2",
    "zh_min_nanwiki-20240501-pages-articles.xml.bz2",
    "commonswiki-20240501-pages-articles.xml.bz2",
    "dewiktionary-20240501-pages-articles.xml.bz2",
    "dewiki-20240501-abstract.xml.bz2",
)


def test_dumps_are_found_by_the_language_in_their_name(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).touch()

    found = dumps([f"{tmp_path}/{{lang}}wiki-*-pages-articles*.bz2"])

    assert {lang: [Path(name).name for name in names] for lang, names in found.items()} == {
        "de": [NAMES[0], NAMES[1]],
        "zh_min_nan": [NAMES[2]],
    }


def test_the_language_may_be_a_folder_too(tmp_path: Path) -> None:
    (tmp_path / "ja").mkdir()
    for name in ("jawiki-1.xml", "other.xml"):
        (tmp_path / "ja" / name).touch()

    assert list(dumps([f"{tmp_path}/{{lang}}/{{lang}}wiki-?.xml"])) == ["ja"]
    [names] = dumps([f"file://{tmp_path}/{{lang}}/*.xml"]).values()
    assert len(names) == 2


def test_a_pattern_without_language_or_files_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not say where the language stands"):
        dumps([f"{tmp_path}/*.bz2"])
    with pytest.raises(ValueError, match="there is no file"):
        dumps([f"{tmp_path}/{{lang}}wiki.bz2"])


def test_words_are_joined_as_the_language_writes_them() -> None:
    assert [joined_by(lang) for lang in ("de", "ko", "ja", "zh_yue", "th")] == [
        " ",
        " ",
        "",
        "",
        "",
    ]
    assert joined_by("bo") == "་"


def test_wordnets_of_other_languages_are_named_by_their_wikipedias(tmp_path: Path) -> None:
    (tmp_path / "als").mkdir()
    (tmp_path / "als" / "wn-data-als.tab").write_text(
        "# Albanet\tals\thttp://example.org\tCC BY 3.0\n"
        "00001740-n\tals:lemma\tqen_i_zi\n00001740-n\tals:def\t0\tnot a word\n"
        "00001741-n\tlemma\tma+ce\n00001741-n\tals:lemma\n"
    )

    assert omw_words(str(tmp_path), "sq") == {"qen i zi", "mace"}, "Albanian"
    assert omw_words(str(tmp_path), "als") == set(), "Alemannic"
    assert omw_words(str(tmp_path), "fr") == set(), "not in the folder"
