from collections import Counter

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.compare.upsampling import repeated

ROWS = [(f"{i:02x}", f"text {i}") for i in range(40)]


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> DataFrame:
    return spark.createDataFrame(ROWS, "uid STRING, text STRING")


def counts(found: DataFrame) -> Counter[str]:
    """How often each pair is there, by uid; each copy must have a name of its own."""
    rows = found.collect()
    assert len({row.uid for row in rows}) == len(rows)
    assert {(row.uid.partition("#")[0], row.text) for row in rows} <= set(ROWS)
    return Counter(row.uid.partition("#")[0] for row in rows)


def test_pairs_are_there_equally_often_or_once_more(pairs: DataFrame) -> None:
    assert set(counts(repeated(pairs, 80, 0)).values()) == {2}

    found = counts(repeated(pairs, 87, 0))

    assert found.total() == 87
    assert len(found) == 40
    assert Counter(found.values()) == {2: 33, 3: 7}


def test_of_more_pairs_than_rows_some_by_chance_are_left_out(pairs: DataFrame) -> None:
    seven, some = (counts(repeated(pairs, rows, 0)) for rows in (7, 31))

    assert (set(seven.values()), seven.total()) == ({1}, 7)
    assert (set(some.values()), some.total()) == ({1}, 31)
    assert seven.keys() < some.keys()
    assert counts(repeated(pairs, 7, 1)).keys() != seven.keys()


def test_which_does_not_depend_on_partitions(pairs: DataFrame) -> None:
    mixed = pairs.orderBy("text", ascending=False).repartition(5)

    assert counts(repeated(mixed, 57, 3)) == counts(repeated(pairs, 57, 3))


def test_nothing_cannot_be_repeated(pairs: DataFrame) -> None:
    with pytest.raises(ValueError, match="no pairs"):
        repeated(pairs.limit(0), 8, 0)
