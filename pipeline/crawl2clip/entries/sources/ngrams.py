"""Count words and pairs of adjacent words, and select those that become entries."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.entries.sources.word_segmentation import Splitting, phrases


def ngrams(texts: DataFrame, splitting: Splitting = "blanks", lang: str = "") -> DataFrame:
    """Count each word with the word after it: word, next, count; next is null at a phrase's end.

    Words are separated by white space and punctuation, or found by `phrases`, and keep their case.
    Phrases are separated by punctuation, which no bigram crosses. MetaCLIP 2's code does so; the
    first paper does not say how its n-grams were made.

    One shuffle, of the distinct pairs: they are counted before it in every task.
    """
    pairs = texts.select(
        F.explode(F.flatten(F.transform(phrases("text", splitting, lang), _neighbours)))
    )
    return pairs.select("col.word", "col.next").groupBy("word", "next").count()


def unigrams(ngrams: DataFrame) -> DataFrame:
    """Return word, count. One shuffle, of the distinct words."""
    return ngrams.groupBy("word").agg(F.sum("count").alias("count"))


def bigrams(ngrams: DataFrame, least_pmi: float, between: str = " ") -> DataFrame:
    """Return entry, count and pmi of pairs with a PMI of at least `least_pmi`.

    PMI is log2(n_ij N / (n_i n_j)), as in NLTK.

    between: the separator of the two words in an entry.

    Exact up to the rounding of one division; an integer bound is applied exactly.

    Two shuffles of the bigrams, without hot keys: n_ij is at most n_i and n_j, so words that occur
    more than N / 2**least_pmi times can't take part and are removed before the join. At the paper's
    30, only words that occur a few times are left.
    """
    words = unigrams(ngrams)
    total = words.agg(F.coalesce(F.sum("count"), F.lit(0))).first()[0]  # type: ignore[index]
    rare = words.where(F.col("count").cast("DOUBLE") * 2.0**least_pmi <= float(total))
    first = rare.select("word", F.col("count").alias("n_i"))
    second = rare.select(F.col("word").alias("next"), F.col("count").alias("n_j"))
    scored = (
        ngrams.where(F.col("next").isNotNull())
        .join(first, "word", how="inner")
        .join(second, "next", how="inner")
        .withColumn("lift", _product("count", F.lit(total)) / _product("n_i", "n_j"))
    )
    entry = F.concat_ws(between, "word", "next").alias("entry")
    return scored.where(F.col("lift") >= 2.0**least_pmi).select(
        entry, "count", F.log2("lift").alias("pmi")
    )


def _neighbours(words: Column) -> Column:
    """Return a struct for each word, with the word after it, null after the last."""
    return F.zip_with(
        words,
        F.slice(words, F.lit(2), F.size(words)),
        lambda word, after: F.struct(word.alias("word"), after.alias("next")),
    )


def _product(one: str | Column, other: str | Column) -> Column:
    """Multiply two counts exactly, then round to a double. Twice 19 digits fit a decimal of 38."""
    digits = "DECIMAL(19, 0)"
    left = F.col(one) if isinstance(one, str) else one
    right = F.col(other) if isinstance(other, str) else other
    return (left.cast(digits) * right.cast(digits)).cast("DOUBLE")
