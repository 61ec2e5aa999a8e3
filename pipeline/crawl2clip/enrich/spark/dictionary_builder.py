"""Merge entries of several sources into one table of definitions: terms once, links resolved."""

from collections.abc import Mapping
from functools import reduce

from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from crawl2clip.enrich.sources.wiktextract import FUNCTION_WORD, MOST_SENSES, USED
from crawl2clip.enrich.spark.alias_resolution import ends

# Nouns by the letter, as `can`, `he` and `in` (can, helium, inch) are, but never meant so. For
# other languages, and the rest of English, Wiktionary says which words are no nouns.
_ENGLISH = (
    "a about above after all an and any are as at be been but by can could did do does down for "
    "from had has have he her him his how i if in into is it its may me might must my no nor not "
    "of off on or our out over own shall she should so than that the their them then there these "
    "they this those to too under up us was we were what when where which who whom whose why will "
    "with would you your"
)
ENGLISH = _ENGLISH.split()


def labelled(sources: Mapping[str, DataFrame]) -> DataFrame:
    """Return all entries with `source`, a name, and `rank`, its place among the sources."""
    parts = [
        entries.select("*", F.lit(name).alias("source"), F.lit(rank).alias("rank"))
        for rank, (name, entries) in enumerate(sources.items())
    ]
    return reduce(DataFrame.unionByName, parts)


def spelt(entries: DataFrame, most_words: int) -> DataFrame:
    """Return the terms: `rank, source, lang, key, term, senses, target`, key once in each source.

    K-LITE's order: entries spelt in lower case before others, then as they stand in the file; the
    first of them is the first sense, and decides whether the term is a link. No function words, and
    no terms of more words than most_words. Cost: a shuffle of the entries.
    """
    words = F.size(F.split("key", " "))
    fits = (F.col("kind") == USED) & (F.col("key") != "") & (words <= most_words)
    used = entries.where(fits & ~((F.col("lang") == "en") & F.col("key").isin(ENGLISH)))
    function_words = entries.where(F.col("kind") == FUNCTION_WORD).select("lang", "key").distinct()
    used = used.join(function_words, ["lang", "key"], how="left_anti")
    lower = F.lower("term")
    order = F.struct(
        (F.col("term") != lower).alias("capital"), "place", lower.alias("term"), "senses", "target"
    )
    grouped = used.groupBy("rank", "source", "lang", "key")
    ordered = grouped.agg(F.sort_array(F.collect_list(order)).alias("entries"))
    senses = F.array_distinct(F.flatten("entries.senses"))
    return ordered.select(
        *("rank", "source", "lang", "key", "entries"),
        F.slice(senses, 1, MOST_SENSES).alias("senses"),
    ).selectExpr("* except (entries)", "entries[0].term AS term", "entries[0].target AS target")


def followed(terms: DataFrame) -> DataFrame:
    """Replace links by the senses of the word they lead to; `trouble` says where that fails.

    trouble: 'circle' if the links lead into one, 'dead end' if the last word is missing. Such a
    term keeps what its own entry says, which may be nothing. Cost: see `ends`, and a join with
    (source, lang, key), which the terms hold once.
    """
    place = F.struct("source", "lang")  # a link stays in its source and language
    links = terms.where("target is not null").select(place.alias("lang"), "key", "target")
    found = ends(links).select("lang.*", "key", "end", "in_circle")
    words = terms.select(
        "source", "lang", F.col("key").alias("end"), F.col("senses").alias("meant")
    )
    led = terms.join(found, ["source", "lang", "key"], how="left")
    met = led.join(words, ["source", "lang", "end"], how="left")
    lost = F.col("target").isNotNull() & F.col("meant").isNull()
    trouble = F.when(lost, F.when(F.col("in_circle"), "circle").otherwise("dead end"))
    return met.select(
        *("rank", "source", "lang", "key", "term"),
        F.coalesce("meant", "senses").alias("senses"),
        trouble.alias("trouble"),
    )


def merged(terms: DataFrame) -> DataFrame:
    """Return the dictionary `id, lang, key, term, senses, source`, (lang, key) by the first source.

    Ids count the terms from 0 in the order of the alphabet, so of two terms that are equally rare
    the one with the smaller id is K-LITE's. Cost: one task numbers all.
    """
    told = terms.where(F.size("senses") > 0)
    best: Column = F.min_by(F.struct("term", "senses", "source"), "rank")
    once = told.groupBy("lang", "key").agg(best.alias("best")).select("lang", "key", "best.*")
    number = F.row_number().over(Window.orderBy("term", "lang", "key")) - 1
    return once.select(number.alias("id"), "lang", "key", "term", "senses", "source")
