"""Against `Tokens.unigrams`, which Spark's regular expressions cut, and Python's own sums."""

from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.tokenizer import (
    Split,
    TokenizedTexts,
    TokenOccurrences,
    unlisted_hashes,
    xxhash64,
)
from crawl2clip.filter.spark.token_columns import Tokens, bigrams

# Blanks and what might be taken for one: control codes, zero width, a byte-order mark; then letters
# with and without blanks between them, marks first and alone, and beyond the Basic Plane.
BLANKS = "".join(map(chr, [*range(33), 127, 0x85, 0xA0, 0x1680, 0x180E, *range(0x2000, 0x2010)]))
BLANKS += "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
LETTERS = "aZ.-1éÉßİΣ狗とア、สัวีດ걸강ក្မ္\u0301\u3005𠮷😀"
ODD = [f"a{blank}b" for blank in BLANKS] + [f"{letter}b{letter}狗{letter}" for letter in LETTERS]
TEXT = st.text(st.sampled_from(BLANKS + LETTERS + "    "), max_size=12)


def by_texts(words: TokenOccurrences, texts: int) -> list[list[str]]:
    lists: list[list[str]] = [[] for _ in range(texts)]
    for text, code in zip(words.texts, words.codes, strict=True):
        lists[text].append(words.distinct[code].as_py())
    return lists


@pytest.mark.parametrize("split", ["blanks", "scripts"])
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.one_of(TEXT, st.none()), max_size=40))
def test_words_and_bigrams_are_those_of_the_columns(
    spark: SparkSession, split: Split, drawn: list[str | None]
) -> None:
    texts = ["", " ", " a  b ", "a\x1cb c", None, "one", *ODD, *drawn]
    table = spark.createDataFrame([(text,) for text in texts], "text STRING").coalesce(1)
    column = Tokens(split, "kept").unigrams(F.col("text"))
    rows = table.select(column.alias("words"), bigrams(column).alias("bigrams")).collect()

    words = TokenizedTexts.of(pa.array(texts, pa.string()), split)

    assert by_texts(words, len(texts)) == [row.words or [] for row in rows]
    assert by_texts(words.bigrams, len(texts)) == [row.bigrams or [] for row in rows]


WORDS = st.lists(st.sampled_from(["a", "dog", "狗", "red"]), max_size=5)
TEXTS = st.lists(st.one_of(st.none(), WORDS.map(" ".join)), max_size=8)


def tokens_of(text: str | None) -> tuple[list[str], list[str]]:
    words = (text or "").split()
    return words, [" ".join(two) for two in pairwise(words)]


@settings(deadline=None)
@given(TEXTS)
def test_each_token_is_counted_each_time_and_told_once(texts: list[str | None]) -> None:
    batches = TokenizedTexts.of(pa.array(texts, pa.string()), "blanks").counts()
    rows = [row for batch in batches for row in batch.to_pylist()]

    wanted = Counter(token for text in texts for tokens in tokens_of(text) for token in tokens)
    assert {row["token"]: row["count"] for row in rows} == wanted
    assert len(rows) == len(wanted)


@settings(deadline=None)
@given(TEXTS, st.sets(st.sampled_from(["a", "dog", "狗", "a dog", "狗 red"])), st.data())
def test_what_a_list_lacks_is_told_text_by_text(
    texts: list[str | None], held: set[str], data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(texts)))
    part = pa.array(texts, pa.string()).slice(start)  # Spark may hand over slices
    ordered = np.sort(xxhash64(pa.array(sorted(held), pa.string())))

    for kinds, chosen in {
        ("unigrams",): [0],
        ("bigrams",): [1],
        ("bigrams", "unigrams"): [1, 0],
    }.items():
        away = unlisted_hashes(part, "blanks", kinds, ordered)  # type: ignore[arg-type]

        wanted = [
            [t for kind in chosen for t in tokens_of(text)[kind] if t not in held]
            for text in texts[start:]
        ]
        assert away.to_pylist() == [
            xxhash64(pa.array(tokens, pa.string())).tolist() for tokens in wanted
        ]
        assert away.type == pa.list_(pa.int64())


def test_the_hash_is_sparks(spark: SparkSession) -> None:
    words = ["", "a", "straße", "狗", "x" * 31, "x" * 32, "x" * 100]
    table = spark.createDataFrame([(word,) for word in words], "word STRING").coalesce(1)

    hashes = [row[0] for row in table.select(F.xxhash64("word")).collect()]

    assert xxhash64(pa.array(words)).tolist() == hashes
