import json
import os
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from pyspark.sql import SparkSession

from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.match.matcher.automaton import Packed, built


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


def test_settings_reach_the_texts(spark: SparkSession, tmp_path: Path) -> None:
    (tmp_path / "entries.json").write_text('["Dog", "東京"]')
    stage = MatchEntries(
        str(tmp_path / "entries.json"), fold_case=True, separators="/", borders="metaclip2"
    )
    pairs = spark.createDataFrame([("a DOG/cat in 東京都",)], "text STRING")

    assert pairs.transform(stage).first().entry_ids == [0, 1]


def test_the_column_tells_which_list_its_ids_are_of(spark: SparkSession, tmp_path: Path) -> None:
    pairs = spark.createDataFrame([("a dog",)], "text STRING")
    marks = []
    for entries in (["dog"], ["cat"], ["dog"]):
        (tmp_path / "entries.json").write_text(json.dumps(entries))
        matched = pairs.transform(MatchEntries(str(tmp_path / "entries.json")))
        matched.write.mode("overwrite").parquet(str(tmp_path / "table"))
        read = spark.read.parquet(str(tmp_path / "table"))
        marks.append(read.schema["entry_ids"].metadata["entries"])

    assert marks[0] == marks[2] != marks[1]


def test_a_worker_builds_a_list_once_for_all_its_tasks(spark: SparkSession) -> None:
    packed = Packed.of([f"entry {i}" for i in range(1_000)])

    def places(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            place = [[os.getpid()] * len(batch), [id(built(packed))] * len(batch)]
            yield pa.RecordBatch.from_arrays(list(map(pa.array, place)), ["worker", "automaton"])

    # A session keeps workers of earlier jobs, a dozen at times, and takes them in turn.
    tasks = spark.range(48).repartition(48).mapInArrow(places, "worker LONG, automaton LONG")
    found = tasks.distinct().collect()

    assert len(found) == len({row.worker for row in found}) < 48
