import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.clean_text import CleanText, cleaned


@pytest.mark.parametrize(
    ("text", "clean"),
    {
        "a dog": "a dog",
        "schÃ¶n": "schön",
        "“fish” &amp; chips": '"fish" & chips',
        "a\u00a0red\u200b\ue000 dog": "a red dog",
        r"C:\dogs|cats": r"C:\dogs|cats",
        "\u200b \ue000": None,
        "  ": None,
        "": None,
        "x" * 2_001: "x" * 2_000,
    }.items(),
)
def test_texts_are_mended_and_can_be_printed(text: str, clean: str | None) -> None:
    assert cleaned(text, 2_000) == clean


def test_the_clean_text_is_a_column_of_its_own(spark: SparkSession) -> None:
    rows = [("schÃ¶n", None), (None, "bad url: x"), ("\u200b", None)]
    pairs = spark.createDataFrame(rows, "text STRING, problem STRING")

    found = pairs.transform(CleanText(most_chars=5)).collect()

    assert [(row.text, row.text_clean) for row in found] == [
        ("schÃ¶n", "schö"),
        (None, None),
        ("\u200b", None),
    ]
    with pytest.raises(ValueError, match="1 or more"):
        CleanText(most_chars=0).check()
