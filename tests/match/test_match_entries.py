import json
from pathlib import Path

from pyspark.sql import SparkSession

from pipeline.match.match_entries import MatchEntries


def test_adds_ids_and_drops_nothing(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "entries.json"
    path.write_text(json.dumps(["dog", "cat", "red dog"]))
    texts = {"a red dog": [0, 2], "dog, cat": [0, 1], "Dog": [], "": [], None: []}
    pairs = spark.createDataFrame([(t,) for t in texts], "text STRING")

    rows = pairs.transform(MatchEntries(str(path))).collect()

    assert {row.text: row.entry_ids for row in rows} == texts


def test_two_lists_in_one_session_do_not_mix(spark: SparkSession, tmp_path: Path) -> None:
    pairs = spark.createDataFrame([("a cat and a dog",)], "text STRING")
    found = []
    for entries in (["dog"], ["cat", "bird"], ["bird", "dog"]):
        (tmp_path / "entries.json").write_text(json.dumps(entries))
        stage = MatchEntries(str(tmp_path / "entries.json"))
        found.append(pairs.transform(stage).first().entry_ids)

    assert found == [[0], [0], [1]]
