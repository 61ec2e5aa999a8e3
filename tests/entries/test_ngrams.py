"""Words and bigrams, against counts by hand and a plain Python oracle."""

import math
import re
from collections import Counter
from itertools import pairwise

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.entries.sources.ngrams import bigrams, ngrams, unigrams

TEXTS = [
    "The dog, the red dog; a  red\tdog's tail\nwags (red dog)",
    "the dog",
    "New York—New York！ don't",
    "",
    " ... ",
    None,
    "no\u00a0break\u2003space",
]


def counted(spark: SparkSession, texts: list[str | None], parts: int = 3) -> DataFrame:
    rows = [(text, None) for text in texts]
    return ngrams(spark.createDataFrame(rows, "text STRING, problem STRING").repartition(parts))


def oracle(texts: list[str | None]) -> tuple[Counter[str], Counter[tuple[str, str]]]:
    """The same by loops; the punctuation is spelt out for these texts."""
    words: Counter[str] = Counter()
    pairs: Counter[tuple[str, str]] = Counter()
    for text in texts:
        for phrase in re.split(r"[,;.()'—！]", text or ""):
            split = phrase.split()
            words.update(split)
            pairs.update(pairwise(split))
    return words, pairs


def pmi(words: Counter[str], pairs: Counter[tuple[str, str]], pair: tuple[str, str]) -> float:
    one, two = pair
    return math.log2(pairs[pair] * words.total()) - math.log2(words[one] * words[two])


def test_words_stand_between_blanks_and_punctuation_in_their_own_case(spark: SparkSession) -> None:
    words, pairs = oracle(TEXTS)

    table = counted(spark, TEXTS).collect()

    assert {(row.word, row.next): row["count"] for row in table if row.next} == dict(pairs)
    assert {row.word for row in table} == words.keys()
    assert pairs["red", "dog"] == 3
    assert pairs["York", "New"] == 0, "no bigram crosses punctuation"
    assert {row.word: row["count"] for row in unigrams(counted(spark, TEXTS)).collect()} == words
    assert (words["the"], words["The"], words["s"], words["don"]) == (2, 1, 1, 1)


@pytest.mark.parametrize("least", [-9.0, 2.0, 3.5])
def test_bigrams_are_those_of_a_plain_loop(spark: SparkSession, least: float) -> None:
    words, pairs = oracle(TEXTS)
    expected = {" ".join(p): n for p, n in pairs.items() if pmi(words, pairs, p) >= least}

    found = bigrams(counted(spark, TEXTS), least).collect()

    assert {row.entry: row["count"] for row in found} == expected
    for row in found:
        one, two = row.entry.split()
        assert row.pmi == pytest.approx(pmi(words, pairs, (one, two)), abs=1e-12)


def test_a_bound_is_met_exactly_where_counts_pass_what_doubles_hold(spark: SparkSession) -> None:
    # N = 2**60. "rare pair" occurs once and so do its words: PMI 60. "twice" occurs twice: 59.
    rows = [("rare", "pair", 1), ("pair", None, 1), ("odd", "twice", 1), ("twice", None, 2)]
    rows.append(("the", None, 2**60 - 5))
    table = spark.createDataFrame(rows, "word STRING, next STRING, count LONG")

    assert [(r.entry, r.pmi) for r in bigrams(table, 60.0).collect()] == [("rare pair", 60.0)]
    assert not bigrams(table, 60.1).collect()
    assert {r.entry for r in bigrams(table, 58.4).collect()} == {"rare pair", "odd twice"}


def test_counts_do_not_depend_on_partitions_and_order(spark: SparkSession) -> None:
    tables = [
        sorted(counted(spark, texts, parts).collect(), key=str)
        for texts, parts in ((TEXTS, 1), (TEXTS[::-1], 5))
    ]

    assert tables[0] == tables[1]


def test_no_words_no_bigrams(spark: SparkSession) -> None:
    assert not bigrams(counted(spark, ["", None]), 0.0).collect()
