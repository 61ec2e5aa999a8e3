import pytest
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter.spark.token_columns import Tokens, bigrams

TEXTS = {
    "A red  Dog.": (["a", "red", "dog."], ["a red", "red dog."]),
    "one": (["one"], []),
    "": ([], []),
    " \t\n": ([], []),
    "a\u00a0b\u3000c": (["a", "b", "c"], ["a b", "b c"]),  # no-break and ideographic space
    "КРАСНАЯ Straße": (["красная", "straße"], ["красная straße"]),
    "狗と dog": (["狗と", "dog"], ["狗と dog"]),
}
LETTERS = {
    "狗と犬 dog2go": ["狗", "と", "犬", "dog2go"],
    "สวัสดี": ["ส", "วั", "ส", "ดี"],  # vowel signs above and below stay with their consonant
    "red狗dog": ["red", "狗", "dog"],
    "𠮷野家": ["𠮷", "野", "家"],  # the first lies beyond the Basic Multilingual Plane
    "강아지 한 마리": ["강아지", "한", "마리"],  # Korean has blanks
    "a red dog": ["a", "red", "dog"],
}


def found(spark: SparkSession, texts: list[str], tokens: Tokens) -> dict[str, list[list[str]]]:
    table = spark.createDataFrame([(text,) for text in texts], "text STRING")
    words = tokens.unigrams(F.col("text"))
    rows = table.select("text", words.alias("words"), bigrams(words).alias("both")).collect()
    return {row.text: [row.words, row.both] for row in rows}


def test_words_stand_between_blanks_and_case_is_folded(spark: SparkSession) -> None:
    assert found(spark, list(TEXTS), Tokens()) == {text: list(t) for text, t in TEXTS.items()}


def test_letters_of_scripts_without_blanks_are_words(spark: SparkSession) -> None:
    words = found(spark, list(LETTERS), Tokens(split="scripts"))

    assert {text: both[0] for text, both in words.items()} == LETTERS
    assert words["red狗dog"][1] == ["red 狗", "狗 dog"]


@pytest.mark.parametrize("case", ["kept", "folded"])
def test_case_may_be_kept(spark: SparkSession, case: str) -> None:
    words = found(spark, ["A Dog"], Tokens(case=case))["A Dog"][0]

    assert words == (["A", "Dog"] if case == "kept" else ["a", "dog"])


def test_null_has_no_tokens(spark: SparkSession) -> None:
    table = spark.sql("SELECT CAST(NULL AS STRING) AS text")
    words = Tokens().unigrams(F.col("text"))

    assert table.select(words, bigrams(words)).first() == (None, None)
