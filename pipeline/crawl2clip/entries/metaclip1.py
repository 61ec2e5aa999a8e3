"""From the sources to a list."""

import fsspec
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.entries.lists.list_settings import NONE, EntrySettings
from crawl2clip.entries.lists.list_writer import REPORT, EntryReport, with_ids, written
from crawl2clip.entries.lists.merged_sources import found
from crawl2clip.entries.sources.byte_ranges import files
from crawl2clip.entries.sources.ngrams import ngrams
from crawl2clip.entries.sources.read_counters import Seen
from crawl2clip.entries.sources.synsets import wordnet_of
from crawl2clip.entries.sources.texts import line_texts, wiki_texts
from crawl2clip.entries.sources.titles import pageviews
from crawl2clip.shared.entry_list import read_entries


def check(settings: EntrySettings, folder: str) -> None:
    """Raise ValueError if the settings make no sense, if a source is not there, or if the folder
    holds a list: pairs that were matched know its entries by their ids.

    All that can be told beforehand is told now, and not after hours of counting.
    """
    settings.check()
    if _exists(f"{folder}/{REPORT}"):
        raise ValueError(f"{folder} holds a list, and its ids must not move: extend it elsewhere")
    for path in (*settings.wiki, *settings.texts, *settings.pageviews):
        files(path)
    if settings.wordnet != NONE:
        wordnet_of(settings.wordnet)
    if settings.ngrams and not _exists(settings.ngrams):
        raise ValueError(f"there is no table {settings.ngrams}; a list's folder has ngrams")
    if settings.extends:
        read_entries(settings.extends)


def _exists(path: str) -> bool:
    filesystem, local = fsspec.core.url_to_fs(path)
    return bool(filesystem.exists(local))


def build(spark: SparkSession, settings: EntrySettings, folder: str) -> EntryReport:
    """Count the sources and write the list into the folder, the report last.

    metadata.json: the texts by id, as tools of MetaCLIP read them. entries.parquet: id, entry,
    sources, counts, pmi. ngrams/: the counts, to try other limits on. Ids follow the order of
    code points; entries of the list that is extended come before and keep theirs. The list itself
    must fit the driver, its sources need not.

    Raises ValueError where `check` does.
    """
    check(settings, folder)
    old = read_entries(settings.extends) if settings.extends else []
    seen = Seen()
    counts = _ngrams(spark, settings, folder, seen)
    views = seen.pageviews(pageviews(spark, settings.pageviews)) if settings.pageviews else None
    table = with_ids(found(spark, settings, counts, views).toArrow(), old)
    return written(folder, table, settings, seen.counted())


def _ngrams(
    spark: SparkSession, settings: EntrySettings, folder: str, seen: Seen
) -> DataFrame | None:
    """Counts of words and pairs, from a table of former counts or from the texts; null if neither.

    What was counted is written first: the texts are read once for all that is asked of it.
    """
    table = settings.ngrams
    if settings.wiki or settings.texts:
        table = f"{folder.rstrip('/')}/ngrams"
        ngrams(seen.texts(_texts(spark, settings))).write.mode("overwrite").parquet(table)
    return spark.read.parquet(table) if table else None


def _texts(spark: SparkSession, settings: EntrySettings) -> DataFrame:
    articles = wiki_texts(spark, settings.wiki)
    return articles.union(line_texts(spark, settings.texts)) if settings.texts else articles
