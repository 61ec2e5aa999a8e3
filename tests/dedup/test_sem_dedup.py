import numpy as np
import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.dedup.sem_dedup import SemDedup
from crawl2clip.engine.spark_executor import observed

SCHEMA = "uid STRING, image_embedding ARRAY<FLOAT>, problem STRING"
SETTINGS = {"eps": 0.02, "k": 3, "iterations": 10}


def rows() -> list[tuple[str, list[float] | None, str | None]]:
    """150 pictures of 16 numbers, a near copy of each third, and what has no embedding."""
    chance = np.random.default_rng(0)
    vectors = chance.normal(size=(150, 16))
    near = vectors[::3] + 0.05 * chance.normal(size=(50, 16))
    made = [(f"a{i:03}", vector.tolist(), None) for i, vector in enumerate(vectors)]
    made += [(f"b{3 * i:03}", vector.tolist(), None) for i, vector in enumerate(near)]
    first = vectors[0].tolist()
    return [*made, ("c", None, None), ("d", first, "http 404: gone"), ("a001", made[1][1], None)]


def test_one_of_each_two_that_are_near_stays(spark: SparkSession) -> None:
    pairs = spark.createDataFrame(rows(), SCHEMA).repartition(3)

    kept, counts = observed(pairs, (SemDedup(**SETTINGS),))
    uids = names(kept)

    assert {uid for uid in uids if uid[0] in "cd"} == {"c", "d"}
    numbers = [uid[1:] for uid in uids if uid[0] in "ab"]
    assert set(numbers) == {f"{i:03}" for i in range(150)}
    assert len(numbers) <= 151 + 2, "nearly all copies: two that centres divide may both stay"
    assert uids.count("a001") == 2, "pairs of one uid stay together"
    assert [seen.get["pairs"] for seen in counts] == [202, len(uids) - 1]
    spread = spark.createDataFrame(rows()[::-1], SCHEMA).repartition(5)
    assert names(SemDedup(**SETTINGS)(spread)) == uids


def test_which_of_two_stays_is_the_setting(spark: SparkSession) -> None:
    pairs = spark.createDataFrame(
        [(f"p{i:02}", [1.0, 0.001 * i], None) for i in range(40)]
        + [("far", [1.0, 0.2], None), ("near", [1.0, 0.03], None)],
        SCHEMA,
    )
    hard, easy = (names(SemDedup(eps=0.1, k=1, keep=keep)(pairs)) for keep in ("hard", "easy"))

    assert hard == ["far"], "the farthest from the centre"
    assert len(easy) == 1
    assert easy != hard
    assert len(names(SemDedup(eps=0.1, k=1, keep="random")(pairs))) == 1


@pytest.mark.parametrize("wrong", [{"eps": 3.0}, {"eps": 0.1, "k": 0}, {"eps": 0.1, "most": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=[*wrong][-1]):
        SemDedup(**wrong).check()  # type: ignore[arg-type]


def test_a_table_without_rows(spark: SparkSession) -> None:
    assert names(SemDedup(eps=0.1)(spark.createDataFrame([], SCHEMA))) == []


def names(pairs: DataFrame) -> list[str]:
    return sorted(row.uid for row in pairs.collect())
