"""What a word is, in scripts with blanks and without."""

import pytest
from pyspark.sql import SparkSession

from crawl2clip.entries.sources.word_segmentation import icu_phrases, phrases

JAPANESE = "東京タワーは高い。さくら"


@pytest.mark.parametrize(
    ("lang", "text", "words"),
    [
        ("ja", JAPANESE, [["東京タワー", "は", "高い"], ["さくら"]]),
        ("zh_yue", "我爱北京，天气", [["我", "爱", "北京"], ["天气"]]),
        ("th", "แมวกินปลา สวัสดีครับ", [["แมว", "กิน", "ปลา", "สวัสดี", "ครับ"]]),
        ("lo", "ພາສາລາວ", [["ພາສາ", "ລາວ"]]),
        ("bo", "བོད་སྐད། ནི", [["བོད", "སྐད"], ["ནི"]]),
        ("ja", "iPhone 15😀です", [["iPhone", "15"], ["です"]]),
        ("ja", "", []),
    ],
)
def test_icu_knows_words_without_blanks(lang: str, text: str, words: list[list[str]]) -> None:
    pytest.importorskip("icu4py")

    assert [phrase for phrase in icu_phrases(text, lang) if phrase] == words


def test_a_column_is_split_in_each_of_the_ways(spark: SparkSession) -> None:
    pytest.importorskip("icu4py")
    texts = spark.createDataFrame(
        [("A red dog, x\u00a0y",), (f"{JAPANESE} กี่ OK",), ("",), (None,)], "text STRING"
    )

    rows = texts.select(
        phrases("text"), phrases("text", "characters"), phrases("text", "icu", "ja")
    ).collect()

    assert rows[0][0] == rows[0][1] == rows[0][2] == [["A", "red", "dog"], ["x", "y"]]
    assert rows[1][0] == [["東京タワーは高い"], ["さくら", "กี่", "OK"]]
    assert rows[1][1] == [list("東京タワーは高い"), ["さ", "く", "ら", "กี่", "OK"]], "marks stay"
    assert rows[1][2] == [["東京タワー", "は", "高い"], ["さくら", "กี่", "OK"]]
    assert [[*filter(None, row)] for row in rows[2]] == [[], [], []]
