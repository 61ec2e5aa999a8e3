import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.caption_length import CaptionLength


def test_keeps_three_to_twenty_words(spark: SparkSession) -> None:
    texts = {
        "a dog": False,
        "a red dog": True,
        "a  red   dog": True,
        " a\tred\ndog ": True,
        "a\u00a0red\u3000dog": True,  # no-break and ideographic space are blanks too
        "": False,
        "   ": False,
        "красная большая собака": True,
        " ".join(["w"] * 20): True,
        " ".join(["w"] * 21): False,
    }
    pairs = spark.createDataFrame([(t,) for t in texts] + [(None,)], "text STRING")

    kept = {row.text for row in pairs.transform(CaptionLength()).collect()}

    assert kept == {text for text, stays in texts.items() if stays}


def test_letters_of_scripts_without_blanks_may_count(spark: SparkSession) -> None:
    texts = ["狗と犬", "赤い", "a red dog", "สวัสดี", "강아지 마리"]
    pairs = spark.createDataFrame([(text,) for text in texts], "text STRING")

    kept = {row.text for row in pairs.transform(CaptionLength(split="scripts")).collect()}

    assert kept == {"狗と犬", "a red dog", "สวัสดี"}


def test_a_row_with_a_problem_passes(spark: SparkSession) -> None:
    pairs = spark.createDataFrame(
        [(None, "bad url: http://["), ("a dog", None), ("a red dog", None)],
        "text STRING, problem STRING",
    )

    kept = pairs.transform(CaptionLength()).collect()

    assert [row.text for row in kept] == [None, "a red dog"]


def test_limits_that_leave_nothing_are_refused() -> None:
    with pytest.raises(ValueError, match="leave nothing"):
        CaptionLength(min_words=5, max_words=4).check()
