import pytest
from pyspark.sql import SparkSession

from crawl2clip.language.detect_language import DetectLanguage


def test_adds_language_and_probability_and_drops_nothing(spark: SparkSession) -> None:
    texts = ["a brown dog runs across the green field", "", None, "ein Hund läuft über die Wiese"]
    pairs = spark.createDataFrame([(i, t) for i, t in enumerate(texts)], "i INT, text STRING")

    rows = pairs.transform(DetectLanguage()).orderBy("i").collect()

    assert [row.lang for row in rows] == ["en", None, None, "de"]
    assert [row.text for row in rows] == texts
    assert rows[0].lang_score == pytest.approx(0.9, abs=0.1)
    assert rows[1].lang_score is None


def test_the_guard_is_a_setting(spark: SparkSession) -> None:
    pairs = spark.createDataFrame([("IMG_8864.jpeg",)], "text STRING")

    found = [pairs.transform(DetectLanguage(guard=guard)).head() for guard in ("none", "script")]

    assert [row and row.lang for row in found] == ["he", "de"]
