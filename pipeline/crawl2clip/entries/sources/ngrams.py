"""How often words and pairs of neighbours occur, and which of them are entries."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.entries.sources.word_segmentation import Splitting, phrases


def ngrams(texts: DataFrame, splitting: Splitting = "blanks", lang: str = "") -> DataFrame:
    """Each word with the word after it: word, next, count; next is null at a phrase's end.

    A word stands between blanks and punctuation, or where `phrases` finds it, in its own case; a
    phrase between punctuation, which no bigram crosses. MetaCLIP 2's code does so; how the n-grams
    of the first paper were made is not told.

    One shuffle, of the distinct pairs: they are counted before it in every task.
    """
    pairs = texts.select(
        F.explode(F.flatten(F.transform(phrases("text", splitting, lang), _neighbours)))
    )
    return pairs.select("col.word", "col.next").groupBy("word", "next").count()


def unigrams(ngrams: DataFrame) -> DataFrame:
    """word, count. One shuffle, of the distinct words."""
    return ngrams.groupBy("word").agg(F.sum("count").alias("count"))


def bigrams(ngrams: DataFrame, least_pmi: float, between: str = " ") -> DataFrame:
    """entry, count and pmi of pairs of at least that PMI: log2(n_ij N / (n_i n_j)), as in NLTK.

    between: what the two words of an entry are joined with.

    Exact up to the rounding of one division; a bound that is a whole number is met exactly.

    Two shuffles, of the bigrams, and no hot key in them: n_ij is at most n_i and n_j, so that
    words of more than N / 2**least_pmi can't take part and are left out before the join. At the
    paper's 30 no word that occurs more than a few times is left.
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
    """A struct for each word, with the word after it, null after the last."""
    return F.zip_with(
        words,
        F.slice(words, F.lit(2), F.size(words)),
        lambda word, after: F.struct(word.alias("word"), after.alias("next")),
    )


def _product(one: str | Column, other: str | Column) -> Column:
    """Of two counts: exact, then the nearest double. Twice 19 digits fit a decimal of 38."""
    digits = "DECIMAL(19, 0)"
    left = F.col(one) if isinstance(one, str) else one
    right = F.col(other) if isinstance(other, str) else other
    return (left.cast(digits) * right.cast(digits)).cast("DOUBLE")
