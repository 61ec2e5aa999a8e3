"""Against numpy, on the same scores."""

import math

import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.filter.keep_top import KeepTop

N = 1_000


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> DataFrame:
    """Scores as CLIP's are, many of them equal, in order of nothing; all odd cases besides."""
    drawn = np.random.default_rng(0).normal(0.2, 0.1, N).astype(np.float32)
    drawn[:300] = np.round(drawn[:300], 2)
    drawn[300:310] = 0.0, -0.0, 0.0, -1.0, 1.0, -0.0, 1e-40, -1e-40, np.inf, -np.inf
    rows = [(f"u{i}", float(score), None) for i, score in enumerate(drawn)]
    rows += [("null", None, None), ("nan", math.nan, None), ("broken", None, "http 404: gone")]
    schema = "uid STRING, clip_score FLOAT, problem STRING"
    return spark.createDataFrame(rows, schema).repartition(3)


@pytest.fixture(scope="module")
def scores(pairs: DataFrame) -> dict[str, float]:
    rows = pairs.where("problem is null and not isnan(clip_score)").collect()
    return {row.uid: row.clip_score for row in rows if row.clip_score is not None}


def kept(stage: KeepTop, pairs: DataFrame) -> set[str]:
    return {row.uid for row in stage(pairs).where("problem is null").collect()}


@pytest.mark.parametrize("fraction", [0.0005, 0.15, 1.0])
def test_exactly_the_fraction_is_kept_and_none_that_is_better_is_dropped(
    pairs: DataFrame, scores: dict[str, float], fraction: float
) -> None:
    top = kept(KeepTop("clip_score", fraction), pairs)

    assert len(top) == math.ceil(round(N * fraction, 6))
    dropped = [score for uid, score in scores.items() if uid not in top]
    assert min(scores[uid] for uid in top) >= max(dropped, default=-math.inf)


@pytest.mark.parametrize("fraction", [0.15, 0.999])
def test_datacomp_keeps_what_its_code_keeps(
    pairs: DataFrame, scores: dict[str, float], fraction: float
) -> None:
    ordered = np.sort(np.array(list(scores.values())))[::-1]
    threshold = ordered[int(N * fraction)]

    top = kept(KeepTop("clip_score", fraction, "datacomp"), pairs)

    assert top == {uid for uid, score in scores.items() if score >= threshold}
    assert len(top) > N * fraction


def test_datacomp_with_a_fraction_of_one_keeps_all(pairs: DataFrame) -> None:
    assert len(kept(KeepTop("clip_score", 1.0, "datacomp"), pairs)) == N


def test_equal_scores_are_cut_by_uid_whatever_partitions_and_order(spark: SparkSession) -> None:
    equal = spark.range(1_000).selectExpr("string(id) uid", "0.25f clip_score")

    some = kept(KeepTop("clip_score", 0.1), equal)
    same = kept(KeepTop("clip_score", 0.1), equal.orderBy("uid").repartition(5))

    assert len(some) == 100
    assert some == same
    assert some < kept(KeepTop("clip_score", 0.2), equal)


def test_what_has_no_score_is_a_problem_and_is_counted(pairs: DataFrame) -> None:
    problems = KeepTop("clip_score", 0.5)(pairs).where("problem is not null").collect()

    assert {row.uid: row.problem for row in problems} == {
        "null": "no score: clip_score is null",
        "nan": "no score: clip_score is not a number",
        "broken": "http 404: gone",
    }


def test_doubles_are_told_apart_where_floats_are_equal(spark: SparkSession) -> None:
    close = spark.range(8).selectExpr("string(id) uid", "double(1.0) + id * 1e-15 score")

    assert kept(KeepTop("score", 0.25), close) == {"6", "7"}


def test_nothing_and_a_text_column(spark: SparkSession, pairs: DataFrame) -> None:
    assert KeepTop("clip_score", 0.15)(pairs.limit(0)).count() == 0
    with pytest.raises(ValueError, match="column of numbers"):
        KeepTop("uid", 0.15)(pairs)


@pytest.mark.parametrize("fraction", [0.0, -0.1, 1.01, 15.0])
def test_a_fraction_is_refused_where_it_is_none(fraction: float) -> None:
    with pytest.raises(ValueError, match="above 0 and at most 1"):
        KeepTop("clip_score", fraction).check()
