import pytest
from pyspark.sql import Row, SparkSession

from crawl2clip.dedup.near.pdq import phash
from crawl2clip.dedup.perceptual_hash import PerceptualHash
from crawl2clip.engine.spark_executor import observed
from tests.dedup.pictures import jpeg, picture

FLAT = jpeg(picture(0).resize((1, 1)).resize((300, 200)))
ROWS = [
    ("good", jpeg(picture(0)), None, "kept"),
    ("flat", FLAT, None, "kept"),
    ("broken", b"<html>404</html>", None, "kept"),
    ("none", None, None, "kept"),
    ("problem", jpeg(picture(1)), "http 404: Not Found", "kept"),
]
SCHEMA = "uid STRING, image BINARY, problem STRING, other STRING"


def test_hashes_what_is_a_picture_and_says_what_is_none(spark: SparkSession) -> None:
    pairs = spark.createDataFrame(ROWS, SCHEMA).repartition(2)

    found = {row.uid: row for row in PerceptualHash(least_quality=50)(pairs).collect()}

    assert bytes(found["good"].phash) == phash(ROWS[0][1], 50, 10**9)  # type: ignore[arg-type]
    assert found["good"].problem is None
    assert (found["flat"].phash, found["flat"].problem) == (None, None)
    assert found["broken"].phash is None
    assert found["broken"].problem.startswith("not an image: ")
    assert (found["none"].phash, found["none"].problem) == (None, None)
    assert (found["problem"].phash, found["problem"].problem) == (None, "http 404: Not Found")
    assert {row.other for row in found.values()} == {"kept"}
    assert [bytes(found[uid].image) for uid, image, *_ in ROWS if image] == [
        image for _, image, *_ in ROWS if image
    ]


def test_a_table_without_problems_gets_the_column(spark: SparkSession) -> None:
    pairs = spark.createDataFrame([(jpeg(picture(0)),), (b"GIF89a",)], "image BINARY")

    found, counts = observed(pairs, (PerceptualHash(least_quality=0, max_pixels=100),))

    rows: list[Row] = found.collect()
    assert sorted(row.problem.partition(":")[0] for row in rows) == [
        "not an image",
        "too many pixels",
    ]
    assert [seen.get["pairs"] for seen in counts] == [2, 0]


@pytest.mark.parametrize("wrong", [{"least_quality": 101}, {"max_pixels": 0}])
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        PerceptualHash(**wrong).check()
