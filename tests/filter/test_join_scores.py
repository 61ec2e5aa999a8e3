from pathlib import Path

import pytest
from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

from crawl2clip.engine.fingerprint import changes, of_job
from crawl2clip.filter.join_scores import JoinScores
from crawl2clip.filter.where import Where

PAIRS = [("a", "x", None), ("b", "x", None), ("c", "y", None), ("d", None, "bad url: y")]
SCORES = [("a", 0.4, 0.1), ("a", 0.6, 0.05), ("b", 0.2, None), ("z", 0.9, 0.9)]


def test_scores_reach_their_pairs_and_none_is_dropped_or_doubled(
    spark: SparkSession, tmp_path: Path
) -> None:
    table = str(tmp_path / "scores")
    scores = "uid STRING, punsafe DOUBLE, pwatermark DOUBLE"
    spark.createDataFrame(SCORES, scores).write.parquet(table)
    pairs = spark.createDataFrame(PAIRS, "uid STRING, text STRING, problem STRING")

    joined = pairs.transform(JoinScores(table, columns=("punsafe", "pwatermark")))
    kept = joined.transform(Where("punsafe < 0.5"))

    assert joined.columns == [*pairs.columns, "punsafe", "pwatermark"]
    assert sorted((row.uid, row.punsafe, row.pwatermark) for row in joined.collect()) == [
        ("a", 0.6, 0.1),
        ("b", 0.2, None),
        ("c", None, None),
        ("d", None, None),
    ]
    assert sorted(row.uid for row in kept.collect()) == ["b", "d"]
    with pytest.raises(AnalysisException, match="AMBIGUOUS"):
        joined.transform(JoinScores(table, columns=("punsafe",)))
    with pytest.raises(AnalysisException, match="toxicity"):
        pairs.transform(JoinScores(table, columns=("toxicity",)))


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one each"):
        JoinScores("t", columns=()).check()
    with pytest.raises(ValueError, match="uid is in columns and in by"):
        JoinScores("t", columns=("uid",)).check()


def test_a_table_that_changes_makes_the_job_run_again(tmp_path: Path) -> None:
    table = tmp_path / "scores"
    table.mkdir()
    part = table / "part-0.parquet"
    part.write_bytes(b"some scores")
    steps = (JoinScores(str(table), columns=("punsafe",)),)
    before = of_job(steps, {})

    part.write_bytes(b"other scores")

    assert changes(before, of_job(steps, {})) == [f"files {table} has changed"]
