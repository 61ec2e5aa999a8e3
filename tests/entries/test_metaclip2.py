"""Lists of three languages from small dumps, matched with; end to end."""

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.entries.lists.language_settings import LanguageSettings
from crawl2clip.entries.lists.list_settings import NONE
from crawl2clip.entries.metaclip2 import build_languages
from crawl2clip.match.match_entries_by_language import MatchEntriesByLanguage
from crawl2clip.match.matcher.entry_lists import read_lists
from tests.entries.dumps import multistream, page

GERMAN = "Hund Hund Katze. Hund Haus Maus Tier Affe Vogel Fisch Wal Igel"
VIEWS = [
    "en Giant_Panda 80 0", "en Seldom 60 0", "de Hund 9 0", "de Roter_Panda 3 0", "de - 8 0",
    "de.m Roter_Panda 4 0", "de Wal 5 0", "de Mehr:Sinn 50 0", "de.d Tier 99 0", "de Nie 0 0",
    "ja さくら 2 0", "odd",
]  # fmt: skip


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> LanguageSettings:
    folder = tmp_path_factory.mktemp("sources")
    texts = {"de": GERMAN, "ja": "東京タワーは高い。東京タワー", "en": "dog " * 100, "fr": "chien"}
    for lang, text in texts.items():
        multistream(folder / f"{lang}wiki-1-articles.xml.bz2", [page("One", text)])
    (folder / "pageviews-1.gz").write_bytes(gzip.compress("\n".join(VIEWS).encode()))
    (folder / "wn-data-fra.tab").write_text("00000001-n\tfra:lemma\tchat_noir\n")
    return LanguageSettings(
        wiki=(f"{folder}/{{lang}}wiki-*.bz2",),
        pageviews=(f"{folder}/pageviews-*.gz",),
        omw=str(folder),
        numbers=2,
        unigram_share=0.4,
        bigram_share=1.0,
        wordnet=NONE,
    )


def test_each_language_gets_a_list_by_its_own_measure(
    spark: SparkSession, sources: LanguageSettings, tmp_path: Path
) -> None:
    """German: 10 words, of which 4 are taken, and as many bigrams; 4 titles, of which 3.

    Each pair of words that occur once has the lift 12, so the first by their letters are taken.
    "-" is a title by the count, and no entry. What a source before has does not count: Wal.
    """
    pytest.importorskip("icu4py")
    folder = str(tmp_path / "lists")
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "fr.json").write_text('["mine"]')

    reports = build_languages(spark, sources, folder)

    rows = pq.read_table(tmp_path / "lists" / "de" / "entries.parquet").to_pylist()
    by_source: dict[str, list[str]] = {}
    for row in rows:
        [source] = row["sources"]
        by_source.setdefault(source, []).append(row["entry"])
    assert by_source == {
        "numbers": ["0", "1"],
        "unigrams": ["Affe", "Fisch", "Haus", "Hund"],
        "bigrams": ["Affe Vogel", "Fisch Wal", "Haus Maus", "Maus Tier"],
        "titles": ["Roter Panda", "Wal"],
    }
    counts = {row["entry"]: row["counts"] for row in rows}
    assert (counts["Hund"], counts["Roter Panda"], counts["Affe Vogel"]) == ([3], [7], [1])
    lists = read_lists(folder)
    assert lists["ja"] == ["0", "1", "は高い", "東京タワー"]
    assert lists["en"] == ["0", "1", "Giant Panda", "dog"], "by MetaCLIP's own rules"
    assert lists["fr"] == ["mine"]
    assert sorted(reports) == ["de", "en", "ja"]
    assert reports["de"].new["titles"] == 2
    assert reports["de"].texts == 1

    texts = [("ein Roter Panda", "de"), ("あの山は高いよ", "ja"), ("a dog", "en"), ("Wal", "ja")]
    pairs = spark.createDataFrame(texts, "text STRING, lang STRING")
    step = MatchEntriesByLanguage(folder, borders="metaclip2_kana_hangul")
    found = step(pairs).collect()
    matched = {r.text: [lists[r.entry_lang][i] for i in r.entry_ids] for r in found}
    assert matched == {
        "ein Roter Panda": ["Roter Panda"],
        "あの山は高いよ": ["は高い"],
        "a dog": ["dog"],
        "Wal": [],
    }

    assert build_languages(spark, sources, folder) == {}, "nothing is left to do"


def test_the_command_goes_on_where_it_stopped(
    spark: SparkSession,
    sources: LanguageSettings,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = tmp_path / "lists"
    options = ["--to", str(folder), "--wiki", *sources.wiki, "--numbers", "1"]
    options += ["--omw", str(sources.omw)]
    (folder / "de" / "ngrams").mkdir(parents=True)  # begun, but there is no report

    for languages in (["de"], ["de", "fr"]):
        with pytest.raises(SystemExit) as ended:
            main(["entries-by-language", *options, "--languages", *languages])
        assert ended.value.code == 0

    assert read_lists(str(folder)) == {"de": ["0", "Hund"], "fr": ["0", "chat noir"]}
    told = capsys.readouterr().out
    assert [line.split()[0] for line in told.splitlines()].count("de") == 1
    assert json.loads((folder / "de" / "entries.json").read_text())["found"]["unigrams"] == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"languages": ("de", "xx")}, "no dump of xx; there are de, en, fr, ja"),
        ({"omw": "no/omw"}, "there is no folder no/omw"),
        ({"pageviews": ("no/*.gz",)}, "there is no file no/"),
        ({"pageviews": (), "titles": "no/t"}, "there is no folder no/t"),
        ({"titles": "a"}, "give one or the other"),
        ({"wiki": ()}, "wiki needs dumps named by language"),
        ({"unigram_share": -0.1}, "unigram_share needs 0 or more"),
        ({"most_titles": 0}, "most_titles needs at least 1"),
        ({"wordnet": "/no"}, "/no is no WordNet"),
    ],
)
def test_a_mistake_is_refused(
    spark: SparkSession,
    sources: LanguageSettings,
    tmp_path: Path,
    change: dict[str, object],
    message: str,
) -> None:
    with pytest.raises(ValueError, match=message):
        build_languages(spark, replace(sources, **change), str(tmp_path / "lists"))  # type: ignore[arg-type]
    assert not (tmp_path / "lists").exists()


def test_english_by_metaclips_rules_wants_the_views_themselves(
    spark: SparkSession, sources: LanguageSettings, tmp_path: Path
) -> None:
    given = replace(sources, pageviews=(), titles=str(tmp_path))

    with pytest.raises(ValueError, match="want pageviews, not titles: say --english alike"):
        build_languages(spark, given, str(tmp_path / "lists"))
