from pathlib import Path

from pyspark.sql import SparkSession

from crawl2clip.filter.blocked_words import BlockedWords


def test_drops_texts_with_a_listed_word(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "words.txt"
    path.write_text("kid\nred dog\nno\n", encoding="utf-8")
    texts = {"a kidney": True, "a KID": False, "Red  Dog!": False, "note": True, "No.": False}
    rows = [(text, None) for text in texts] + [(None, "bad url: x"), ("a kid", "http 404")]
    pairs = spark.createDataFrame(rows, "text STRING, problem STRING").repartition(3)
    empty = tmp_path / "empty.txt"
    empty.write_text("")

    kept = [row.text for row in pairs.transform(BlockedWords(str(path))).collect()]

    good = [text for text, stays in texts.items() if stays]
    assert sorted(kept, key=str) == sorted([*good, None, "a kid"], key=str)
    assert pairs.transform(BlockedWords(str(empty))).count() == len(rows)
