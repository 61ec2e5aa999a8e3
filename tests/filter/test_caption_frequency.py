import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.caption_frequency import CaptionFrequency


def rows(text: str | None, images: int, times: int = 1) -> list[tuple[str | None, str, None]]:
    return [(text, f"http://x.example/{i}", None) for i in range(images)] * times


def test_keeps_texts_that_at_most_ten_images_share(spark: SparkSession) -> None:
    stays = [
        *rows("ten images", 10),
        *rows("one image often", 1, times=30),
        *rows("ten images twice", 10, times=2),
        *rows("1920X1080", 5),  # as a whole text it equals no other
        *rows("1920x1080 ", 6),
        *rows(None, 12),
        ("1920x1080", None, None),  # without an image it is not counted, but has a text that goes
        *[("1920x1080", f"http://x.example/{i}", "timeout: 10 s") for i in range(3)],
    ]
    goes = [*rows("1920x1080", 11), *rows("", 11), *rows("eleven images twice", 11, times=2)]
    schema = "text STRING, url STRING, problem STRING"
    pairs = spark.createDataFrame([*stays, *goes], schema).repartition(3)

    kept = [tuple(row) for row in pairs.transform(CaptionFrequency()).collect()]

    stays.remove(("1920x1080", None, None))
    assert sorted(kept, key=repr) == sorted(stays, key=repr)


def test_a_row_with_a_problem_is_not_counted(spark: SparkSession) -> None:
    bad = [("a dog", f"http://x.example/{i}", "timeout: 10 s") for i in range(5)]
    good = [("a dog", "http://x.example/0", None)]
    pairs = spark.createDataFrame([*bad, *good], "text STRING, url STRING, problem STRING")

    assert pairs.transform(CaptionFrequency(1)).count() == 6


def test_images_may_be_told_apart_by_another_column(spark: SparkSession) -> None:
    table = [("a dog", f"http://x.example/{i}", "same") for i in range(3)]
    pairs = spark.createDataFrame(table, "text STRING, url STRING, sha256 STRING")

    assert pairs.transform(CaptionFrequency(1, by="sha256")).count() == 3
    assert pairs.transform(CaptionFrequency(1)).count() == 0


def test_a_second_time_changes_nothing(spark: SparkSession) -> None:
    table = [*rows("a dog", 2), *rows("a cat", 3), *rows("a red dog", 4)]
    pairs = spark.createDataFrame(table, "text STRING, url STRING, problem STRING")
    once = pairs.transform(CaptionFrequency(3))

    assert once.count() == 5
    assert once.transform(CaptionFrequency(3)).count() == 5


def test_less_than_one_image_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        CaptionFrequency(0).check()
