import json
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.engine import fingerprint
from crawl2clip.match.match_entries_by_language import MatchEntriesByLanguage

LISTS = {"en": ["dog", "red dog"], "zh": ["狗", "红"], "ja": ["狗", "タワー"], "de": ["Hund"]}


@pytest.fixture
def folder(tmp_path: Path) -> str:
    for code, entries in LISTS.items():
        (tmp_path / f"{code}.json").write_text(json.dumps(entries))
    return str(tmp_path)


def test_each_text_is_matched_with_the_list_of_its_language(
    spark: SparkSession, folder: str
) -> None:
    rows = {
        ("en", "a red dog, ein Hund"): ("en", [0, 1]),
        ("de", "a red dog, ein Hund"): ("de", [0]),
        ("zh", "红狗"): ("zh", [0, 1]),
        ("yue", "红狗"): ("zh", [0, 1]),
        ("ja", "狗とタワー"): ("ja", [0]),
        ("en", None): ("en", []),
        ("xmf", "dog"): (None, []),
        (None, "dog 12"): (None, []),
    }
    pairs = spark.createDataFrame(list(rows), "lang STRING, text STRING").repartition(3)

    found = pairs.transform(MatchEntriesByLanguage(folder)).collect()

    assert {(r.lang, r.text): (r.entry_lang, r.entry_ids) for r in found} == rows


def test_the_rest_has_a_list_if_there_is_one(spark: SparkSession, folder: str) -> None:
    Path(folder, "other.json").write_text('["dog"]')
    pairs = spark.createDataFrame([("xmf", "a dog"), (None, "dog")], "lang STRING, text STRING")

    found = pairs.transform(MatchEntriesByLanguage(folder)).collect()

    assert [(row.entry_lang, row.entry_ids) for row in found] == [("other", [0])] * 2


def test_columns_of_an_earlier_match_are_replaced(spark: SparkSession, folder: str) -> None:
    stage = MatchEntriesByLanguage(folder)
    pairs = spark.createDataFrame([("en", "dog")], "lang STRING, text STRING")

    again = pairs.transform(stage).transform(stage)

    assert again.columns == ["lang", "text", "entry_lang", "entry_ids"]
    assert again.schema["entry_ids"].metadata["entries"].startswith("de:")


def test_a_folder_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="there is no folder"):
        MatchEntriesByLanguage("/no/such/lists").check()


def test_a_job_notices_that_a_list_has_changed(folder: str) -> None:
    def seen() -> object:
        return fingerprint.of_job((MatchEntriesByLanguage(folder),), {})["files"]

    before = seen()
    assert seen() == before
    Path(folder, "de.json").write_text('["Hunde"]')
    changed = seen()
    Path(folder, "fr.json").write_text('["chien"]')

    assert before != changed != seen()
