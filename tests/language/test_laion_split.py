from pyspark.sql import SparkSession

from crawl2clip.language.laion_split import LaionSplit


def test_a_language_counts_if_it_is_reliable(spark: SparkSession) -> None:
    known = {
        ("en", True): "en",
        ("en", False): "nolang",
        ("no", True): "multi",
        ("hi-Latn", True): "multi",
        ("de", False): "nolang",
        (None, None): "nolang",
        ("en", None): "nolang",
    }
    pairs = spark.createDataFrame(list(known), "lang STRING, lang_reliable BOOLEAN")

    found = pairs.transform(LaionSplit()).collect()

    assert {(row.lang, row.lang_reliable): row.laion_split for row in found} == known
