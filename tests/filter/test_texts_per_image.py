import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.filter.texts_per_image import TextsPerImage


@pytest.fixture(scope="module")
def pairs(spark: SparkSession) -> DataFrame:
    texts = {
        "three": ["a", "b", "c"],
        "three, one often": ["a", "b", "c", "c", "c"],
        "four": ["a", "b", "c", "d"],
        "three and none": ["a", "b", "c", None, None],
    }
    rows = [(url, text, None) for url, some in texts.items() for text in some]
    rows += [(None, text, None) for text in "abcde"]
    rows += [("four", None, "bad url: x")]
    return spark.createDataFrame(rows, "url STRING, text STRING, problem STRING").repartition(3)


def kept(pairs: DataFrame) -> dict[str | None, int]:
    return {row.url: row["count"] for row in pairs.groupBy("url").count().collect()}


def test_drops_images_with_more_different_texts(pairs: DataFrame) -> None:
    assert kept(TextsPerImage(most=3)(pairs)) == {
        "three": 3,
        "three, one often": 5,
        "three and none": 5,
        None: 5,
        "four": 1,  # the row with a problem
    }


def test_or_with_more_texts_in_all(pairs: DataFrame) -> None:
    assert kept(TextsPerImage(most=3, texts="all")(pairs)) == {
        "three": 3,
        "three and none": 5,
        None: 5,
        "four": 1,
    }


def test_a_thousand_stay_and_one_more_do_not(spark: SparkSession) -> None:
    rows = [(f"image {n}", str(i)) for n in (1000, 1001) for i in range(n)]
    pairs = spark.createDataFrame(rows, "url STRING, text STRING").repartition(3)

    assert kept(TextsPerImage()(pairs)) == {"image 1000": 1000}
    assert kept(TextsPerImage(texts="all")(pairs)) == {"image 1000": 1000}


def test_a_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="1 or more"):
        TextsPerImage(most=0).check()
