"""Lists built from small sources of every kind, end to end."""

import bz2
import gzip
import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import SparkSession

from crawl2clip.entries.lists.list_settings import NONE, EntrySettings
from crawl2clip.entries.lists.list_writer import SCHEMA, with_ids
from crawl2clip.entries.metaclip1 import build
from crawl2clip.shared.entry_list import read_entries
from tests.entries.dumps import multistream, page

SMALL = EntrySettings(
    numbers=3, wordnet=NONE, least_count=3, least_pmi=2.5, least_hourly_views=2, least_views=5
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> EntrySettings:
    """Settings on a dump, a text, and two hours of page views."""
    folder = tmp_path_factory.mktemp("sources")
    pages = [
        page("Dog", "The '''dog''' is a dog. 2 dogs[[File:Dog.jpg|thumb|dog]]\n\n! 2"),
        page("Talk:Dog", "cat cat cat", namespace=1),
        page("Broken", "x").replace("</ns>", "</no>"),
        page("Panda", "{{Short|cat}} the dog, the 2 Giant Panda\n"),
    ]
    (folder / "more.txt").write_text("the cat\n\nthe the\n")
    for hour, views in enumerate((3, 2)):
        lines = f"en Giant_Panda {views} 0\nen - 90 0\nen Dog 1 0\nen odd\nen 2 9 0\n"
        (folder / f"pageviews-{hour}.gz").write_bytes(gzip.compress(lines.encode()))
    return replace(
        SMALL,
        wiki=(multistream(folder / "wiki.xml.bz2", pages, together=1),),
        texts=(str(folder / "more.txt"),),
        pageviews=(str(folder / "pageviews-*.gz"),),
    )


def test_a_list_says_where_each_entry_comes_from(
    spark: SparkSession, sources: EntrySettings, tmp_path: Path
) -> None:
    # Words: the 5, dog 3, 2 3, and The is a dogs Giant Panda cat once each: N = 18. PMI at
    # least 2.5 is a lift of 5.66: "Giant Panda" 18, "is a" 18, "The dog", "a dog", "2 dogs"
    # and "2 Giant" 6; "dog is" too; "the dog" is 18 / 15.
    report = build(spark, sources, str(tmp_path / "list"))

    rows = pq.read_table(tmp_path / "list" / "entries.parquet").to_pylist()
    assert [(row["entry"], row["sources"], row["counts"]) for row in rows] == [
        ("0", ["numbers"], [1]),
        ("1", ["numbers"], [1]),
        ("2", ["numbers", "unigrams", "titles"], [1, 3, 18]),
        ("2 Giant", ["bigrams"], [1]),
        ("2 dogs", ["bigrams"], [1]),
        ("Giant Panda", ["bigrams", "titles"], [1, 5]),
        ("The dog", ["bigrams"], [1]),
        ("a dog", ["bigrams"], [1]),
        ("dog", ["unigrams"], [3]),
        ("dog is", ["bigrams"], [1]),
        ("is a", ["bigrams"], [1]),
        ("the", ["unigrams"], [5]),
    ]
    assert [row["id"] for row in rows] == list(range(12))
    assert report.found == {
        "numbers": 3, "wordnet": 0, "unigrams": 3, "bigrams": 7, "titles": 2
    }  # fmt: skip
    assert sum(report.new.values()) == report.entries == 12
    assert (report.texts, report.problems) == (5, {"xml": 1, "pageviews": 2})


def test_what_is_written_is_one_list_in_two_forms(
    spark: SparkSession, sources: EntrySettings, tmp_path: Path
) -> None:
    report = build(spark, sources, str(tmp_path / "list"))

    data = (tmp_path / "list" / "metadata.json").read_bytes()
    assert json.loads(data) == read_entries(str(tmp_path / "list" / "entries.parquet"))
    assert report.sha256 == hashlib.sha256(data).hexdigest()
    assert json.loads((tmp_path / "list" / "entries.json").read_text())["sha256"] == report.sha256


def test_counts_may_be_used_again_with_other_limits(
    spark: SparkSession, sources: EntrySettings, tmp_path: Path
) -> None:
    first = build(spark, sources, str(tmp_path / "first"))
    again = replace(SMALL, ngrams=str(tmp_path / "first" / "ngrams"), pageviews=sources.pageviews)
    fewer = replace(again, most_unigrams=1, most_bigrams=2, most_titles=1)

    second = build(spark, again, str(tmp_path / "second"))
    third = build(spark, fewer, str(tmp_path / "third"))

    assert second.sha256 == first.sha256
    assert third.found == {"numbers": 3, "wordnet": 0, "unigrams": 1, "bigrams": 2, "titles": 1}
    kept = read_entries(str(tmp_path / "third"))
    assert kept == ["0", "1", "2", "Giant Panda", "is a", "the"], "the highest of each"


def test_ids_never_move(spark: SparkSession, tmp_path: Path) -> None:
    old, new = str(tmp_path / "old"), str(tmp_path / "new")
    build(spark, replace(SMALL, numbers=12), old)

    with pytest.raises(ValueError, match="old holds a list, and its ids must not move"):
        build(spark, SMALL, old)
    build(spark, replace(SMALL, numbers=13, extends=old), new)

    assert read_entries(new) == [*read_entries(old), "12"], "not between 11 and 2"


def test_entries_of_an_extended_list_stay_though_no_source_has_them() -> None:
    rows = pa.table(
        {"entry": ["b", "a"], "sources": [["titles"]] * 2, "counts": [[7]] * 2, "pmi": [None, 1.0]}
    )

    table = with_ids(rows, ["z", "b"])

    assert table.schema == SCHEMA
    assert table["entry"].to_pylist() == ["z", "b", "a"]
    assert table["sources"].to_pylist() == [None, ["titles"], ["titles"]]
    assert table["pmi"].to_pylist() == [None, None, 1.0]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (replace(SMALL, wiki=("no/*.bz2",)), "there is no file no/"),
        (replace(SMALL, texts=("no/text",)), "there is no file no/text"),
        (replace(SMALL, pageviews=("no/views.gz",)), "there is no file no/views.gz"),
        (replace(SMALL, ngrams="no/ngrams"), "there is no table no/ngrams"),
        (replace(SMALL, extends="no.json"), "there is no entry list no.json"),
        (replace(SMALL, wordnet="/no"), "/no is no WordNet"),
        (replace(SMALL, least_count=0), "least_count needs at least 1, not 0"),
        (replace(SMALL, most_titles=0), "most_titles needs at least 1, not 0"),
        (replace(SMALL, numbers=-1), "numbers needs 0 or more, not -1"),
        (replace(SMALL, ngrams="a", texts=("b",)), "give one or the other"),
    ],
)
def test_a_mistake_is_refused(
    spark: SparkSession, tmp_path: Path, settings: EntrySettings, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        build(spark, settings, str(tmp_path / "list"))
    assert not (tmp_path / "list").exists()


def test_an_empty_dump_gives_no_words(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "empty.xml").write_text("")
    (tmp_path / "site.xml.bz2").write_bytes(bz2.compress(b"<mediawiki></mediawiki>"))

    report = build(spark, replace(SMALL, wiki=(str(tmp_path / "*.xml*"),)), str(tmp_path / "list"))

    assert (report.entries, report.texts, report.problems) == (3, 0, {})
