import pytest
from pyspark.sql import SparkSession

from crawl2clip.language.detect_language_cld3 import DetectLanguageCld3


def test_adds_language_probability_and_reliability_and_drops_nothing(spark: SparkSession) -> None:
    texts = ["Two people are riding horses on the beach", "", None, "собака бежит по зелёному полю"]
    rows = [(i, text, None) for i, text in enumerate(texts)] + [(4, None, "bad url: x")]
    pairs = spark.createDataFrame(rows, "i INT, text STRING, problem STRING")

    found = pairs.transform(DetectLanguageCld3()).orderBy("i").collect()

    assert [row.lang for row in found] == ["en", None, None, "ru", None]
    assert [row.lang_reliable for row in found] == [True, None, None, True, None]
    assert found[0].lang_score == pytest.approx(0.99, abs=0.02)
    assert [row.problem for row in found] == [None] * 4 + ["bad url: x"]


def test_limits_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="leave nothing to read"):
        DetectLanguageCld3(min_bytes=10, max_bytes=10).check()
