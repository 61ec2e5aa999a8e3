"""Build an entry list to which each source adds what the ones before lack, as MetaCLIP 2 does."""

from collections.abc import Iterable

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.entries.lists.language_settings import LanguageSettings
from crawl2clip.entries.lists.list_settings import SOURCES
from crawl2clip.entries.sources.languages import joined_by
from crawl2clip.entries.sources.ngrams import bigrams, unigrams
from crawl2clip.match.matcher.unspaced_scripts import PUNCTUATION

# MetaCLIP 2's code has "¿" where it builds lists, and not where it matches with them.
_MARKS = "".join(sorted(PUNCTUATION | {"¿"}))
_ROW = pa.schema(
    [("entry", pa.string()), ("count", pa.int64()), ("pmi", pa.float64()), ("place", pa.int32())]
)


class IncrementalList:
    """The list of a language; the driver holds the entries added so far."""

    def __init__(self, spark: SparkSession, settings: LanguageSettings, lang: str) -> None:
        self._spark, self._settings, self._lang = spark, settings, lang
        self._taken = _ROW.empty_table()

    def add_words(self, source: str, words: Iterable[str]) -> None:
        """Add words that the driver holds."""
        here = set(self._taken["entry"].to_pylist())
        fresh = sorted({word for word in words if self._legal(word)} - here)
        rows = {"entry": fresh, "count": [1] * len(fresh), "pmi": [None] * len(fresh)}
        self._append(source, pa.table(rows))

    def add_ngrams(self, ngrams: DataFrame) -> None:
        """Add the most frequent words, then the bigrams with the highest PMI."""
        s, words = self._settings, unigrams(ngrams).withColumnRenamed("word", "entry")
        most = min(s.most_unigrams, int(words.count() * s.unigram_share))
        self._add("unigrams", words.withColumn("pmi", _null()), "count", most)
        share = int(min(s.most_bigrams, most * s.bigram_share))
        # Without a space between the words, two pairs may form the same entry.
        by_entry = bigrams(ngrams, s.least_pmi, joined_by(self._lang)).groupBy("entry")
        pairs = by_entry.agg(F.sum("count").alias("count"), F.max("pmi").alias("pmi"))
        self._add("bigrams", pairs, "pmi", share)

    def add_titles(self, views: DataFrame) -> None:
        """Add the most viewed titles of this language."""
        of_lang = views.where(F.col("lang") == self._lang).drop("lang")
        most = int(of_lang.count() * self._settings.title_share)
        seen = of_lang.withColumn("pmi", _null())
        self._add("titles", seen, "count", min(self._settings.most_titles, most))

    def rows(self) -> pa.Table:
        """Return entry, sources, counts, pmi.

        Each entry has one source, the first that contains it.
        """
        names = pa.array(SOURCES).take(self._taken["place"].combine_chunks())
        each = pa.array(range(len(names) + 1), pa.int32())
        counts = self._taken["count"].combine_chunks()
        return pa.table(
            {
                "entry": self._taken["entry"],
                "sources": pa.ListArray.from_arrays(each, names),
                "counts": pa.ListArray.from_arrays(each, counts),
                "pmi": self._taken["pmi"],
            }
        )

    def _add(self, source: str, found: DataFrame, by: str, most: int) -> None:
        """Add the `most` first entries by a column that are not in the list yet, ties by text."""
        there = self._spark.createDataFrame(self._taken.select(["entry"]))
        fresh = found.where(self._legal_column()).join(F.broadcast(there), "entry", how="left_anti")
        first = fresh.orderBy(F.desc(by), "entry").limit(most)
        self._append(source, first.select("entry", "count", "pmi").toArrow())

    def _append(self, source: str, rows: pa.Table) -> None:
        place = pa.array([SOURCES.index(source)] * len(rows), pa.int32())
        self._taken = pa.concat_tables([self._taken, rows.append_column("place", place).cast(_ROW)])

    def _legal(self, word: str) -> bool:
        return 0 < len(word) <= self._settings.most_letters and bool(word.strip(_MARKS))

    def _legal_column(self) -> Column:
        # Spark counts characters as Python does, beyond the 65,536th too.
        short = F.length("entry").between(1, self._settings.most_letters)
        return short & (F.btrim("entry", F.lit(_MARKS)) != "")


def _null() -> Column:
    return F.lit(None).cast("DOUBLE")
