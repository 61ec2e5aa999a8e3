"""Merge the entries of all sources into one row per entry."""

import string
from collections.abc import Iterator
from functools import reduce

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.entries.lists.list_settings import NONE, SOURCES, EntrySettings
from crawl2clip.entries.sources.ngrams import bigrams, unigrams
from crawl2clip.entries.sources.titles import titles
from crawl2clip.entries.sources.wordnets import open_wordnet
from crawl2clip.shared.wordnet import synset_names


def merged_sources(
    spark: SparkSession, settings: EntrySettings, ngrams: DataFrame | None, views: DataFrame | None
) -> DataFrame:
    """Return entry, sources, counts, pmi: each entry once, its sources in the order of SOURCES.

    counts, one for each source: 1 for a number, else synsets of that name, occurrences,
    occurrences, views. pmi is null except for bigrams. Empty entries and single characters of ASCII
    punctuation are left out, as in MetaCLIP. One shuffle, of the entries.
    """
    parts = [_local(spark, settings), *_wiki(settings, ngrams), *_titles(settings, views)]
    every = reduce(DataFrame.unionByName, parts)
    by_source = F.array_sort(F.collect_list(F.struct("place", "count"))).alias("by_source")
    merged = every.groupBy("entry").agg(by_source, F.max("pmi").alias("pmi"))
    names = F.array(*map(F.lit, SOURCES))
    return merged.select(
        "entry",
        F.transform("by_source.place", lambda place: F.get(names, place)).alias("sources"),
        F.col("by_source.count").alias("counts"),
        "pmi",
    )


def _local(spark: SparkSession, settings: EntrySettings) -> DataFrame:
    """Return numbers and WordNet, which the driver reads: about 100,000 rows."""
    rows = [(str(number), 1, "numbers") for number in range(settings.numbers)]
    if settings.wordnet != NONE:
        names = synset_names(open_wordnet(settings.wordnet), settings.wordnet_names == "cut")
        rows += [(name, count, "wordnet") for name, count in names.items()]
    entries, counts, sources = zip(*rows, strict=True) if rows else ((), (), ())
    table = pa.table(
        {
            "entry": pa.array(entries, pa.string()),
            "count": pa.array(counts, pa.int64()),
            "place": pa.array(map(SOURCES.index, sources), pa.int32()),
            "pmi": pa.nulls(len(rows), pa.float64()),
        }
    )
    return _legal(spark.createDataFrame(table))


def _wiki(settings: EntrySettings, ngrams: DataFrame | None) -> Iterator[DataFrame]:
    if ngrams is None:
        return
    words = unigrams(ngrams).withColumnRenamed("word", "entry").withColumn("pmi", _null())
    often = words.where(F.col("count") >= settings.least_count)
    yield _part(_most(often, "count", settings.most_unigrams), "unigrams")
    pairs = bigrams(ngrams, settings.least_pmi)
    yield _part(_most(pairs, "pmi", settings.most_bigrams), "bigrams")


def _titles(settings: EntrySettings, views: DataFrame | None) -> Iterator[DataFrame]:
    if views is None:
        return
    seen = titles(views, settings.project, settings.least_hourly_views, settings.least_views)
    yield _part(_most(seen.withColumn("pmi", _null()), "count", settings.most_titles), "titles")


def _most(entries: DataFrame, by: str, most: int | None) -> DataFrame:
    """Return the `most` first entries by a column, ties by text.

    All if null. Shuffles only these.
    """
    entries = _legal(entries)
    return entries if most is None else entries.orderBy(F.desc(by), "entry").limit(most)


def _legal(entries: DataFrame) -> DataFrame:
    return entries.where((F.col("entry") != "") & ~F.col("entry").isin(*string.punctuation))


def _part(entries: DataFrame, source: str) -> DataFrame:
    place = F.lit(SOURCES.index(source)).cast("INT").alias("place")
    return entries.select("entry", "count", place, "pmi")


def _null() -> Column:
    return F.lit(None).cast("DOUBLE")
