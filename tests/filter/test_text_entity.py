from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.text_entity import TextEntity


def test_keeps_texts_that_name_a_thing_of_imagenet(spark: SparkSession, tmp_path: Path) -> None:
    texts = {"a dog": True, "my DOGS": True, "dog, cat!": False, "the of": False, "": False}
    rows = [(text, None) for text in texts] + [(None, "bad url: x"), (None, None)]
    pairs = spark.createDataFrame(rows, "text STRING, problem STRING").repartition(3)
    cats = tmp_path / "cats.txt"
    cats.write_text("n02121620\n")

    kept = pairs.transform(TextEntity()).collect()
    of_cats = pairs.transform(TextEntity(str(cats))).collect()

    assert sorted(str(row.text) for row in kept) == ["None", "a dog", "my DOGS"]
    assert [row.problem for row in of_cats] == ["bad url: x"]


def test_a_list_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there is no list"):
        TextEntity(str(tmp_path / "gone.txt")).check()
    TextEntity().check()
