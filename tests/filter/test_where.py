from pyspark.sql import SparkSession

from crawl2clip.filter.where import Where


def test_null_counts_as_no(spark: SparkSession) -> None:
    scores = spark.createDataFrame([(0.1,), (0.28,), (None,)], "clip_score DOUBLE")

    kept = scores.transform(Where("clip_score >= 0.28")).collect()

    assert [row.clip_score for row in kept] == [0.28]
