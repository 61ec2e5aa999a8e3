import pytest
from pyspark.sql import SparkSession

from crawl2clip.language.detect_language_cld2 import DetectLanguageCld2


def test_adds_language_share_and_reliability_and_drops_nothing(spark: SparkSession) -> None:
    pytest.importorskip("pycld2")
    texts = ["Two people are riding horses on the beach", "", None, "собака бежит по зелёному полю"]
    rows = [(i, text, None) for i, text in enumerate(texts)] + [(4, None, "bad url: x")]
    pairs = spark.createDataFrame(rows, "i INT, text STRING, problem STRING").repartition(3)

    found = pairs.transform(DetectLanguageCld2()).orderBy("i").collect()

    assert [row.lang for row in found] == ["en", None, None, "ru", None]
    assert [row.lang_reliable for row in found] == [True, None, None, True, None]
    assert found[0].lang_score == pytest.approx(0.98, abs=0.03)
    assert [row.problem for row in found] == [None] * 4 + ["bad url: x"]
