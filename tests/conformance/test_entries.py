"""Lists of entries and WordNet, against the papers' own outputs and a real dump."""

import json
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import SparkSession

from crawl2clip.entries.lists.list_settings import EntrySettings
from crawl2clip.entries.metaclip1 import build
from crawl2clip.entries.sources.byte_ranges import ranges
from crawl2clip.entries.sources.dump import articles
from crawl2clip.shared.entry_list import read_entries
from crawl2clip.shared.wordnet import WordNet, wordnet_folder
from tests.conformance import SHARED, needs_shared

pytestmark = needs_shared

DUMP = str(SHARED / "data" / "knowledge" / "enwiktionary-wiktextract-test-pages.xml.bz2")


def golden(name: str) -> Any:
    return json.loads((SHARED / "golden" / name).read_text(encoding="utf-8"))


def test_the_list_without_sources_is_the_wordnet_part_of_the_published_one(
    spark: SparkSession, tmp_path: Path
) -> None:
    report = build(spark, EntrySettings(), str(tmp_path / "list"))

    published = [*golden("metadata_wordnet_86554.json"), *map(str, range(100))]
    assert read_entries(str(tmp_path / "list")) == sorted(published)
    assert report.entries == 86_654, "table 1 of the paper"


def test_first_glosses_are_those_of_k_lites_class_names() -> None:
    wordnet = WordNet(wordnet_folder())
    rows = golden("klite_class_knowledge.json")

    found = [wordnet.synsets(row["classname"]) for row in rows]

    assert [synsets[0].gloss if synsets else "" for synsets in found] == [
        row["def_wn"] or "" for row in rows
    ]
    assert len(rows) == 2_151


@pytest.mark.parametrize("size", [1 << 30, 100_000])
def test_a_real_dump_is_read_whole_in_any_ranges(size: int) -> None:
    found = [article for part in ranges([DUMP], size) for article in articles(*part)]

    assert len(found) == 1_332
    assert not any(article.problem for article in found)
