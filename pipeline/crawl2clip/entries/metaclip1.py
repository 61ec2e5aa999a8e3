"""Build an entry list by the rules of MetaCLIP (Xu et al. 2023)."""

import fsspec
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.entries.lists.list_settings import NONE, EntrySettings
from crawl2clip.entries.lists.list_writer import REPORT, EntryReport, with_ids, write_list
from crawl2clip.entries.lists.merged_sources import merged_sources
from crawl2clip.entries.sources.byte_ranges import files
from crawl2clip.entries.sources.ngrams import ngrams
from crawl2clip.entries.sources.read_counters import ReadCounters
from crawl2clip.entries.sources.texts import line_texts, wiki_texts
from crawl2clip.entries.sources.titles import pageviews
from crawl2clip.entries.sources.wordnets import open_wordnet
from crawl2clip.shared.entry_list import read_entries


def check(settings: EntrySettings, folder: str) -> None:
    """Raise ValueError if settings are invalid, a source is missing, or the folder has a list.

    A list is never overwritten, since matched pairs refer to its entries by id. Everything that can
    be checked beforehand is checked now rather than after hours of counting.
    """
    settings.check()
    if _exists(f"{folder}/{REPORT}"):
        raise ValueError(f"{folder} holds a list, and its ids must not move: extend it elsewhere")
    for path in (*settings.wiki, *settings.texts, *settings.pageviews):
        files(path)
    if settings.wordnet != NONE:
        open_wordnet(settings.wordnet)
    if settings.ngrams and not _exists(settings.ngrams):
        raise ValueError(f"there is no table {settings.ngrams}; a list's folder has ngrams")
    if settings.extends:
        read_entries(settings.extends)


def _exists(path: str) -> bool:
    filesystem, local = fsspec.core.url_to_fs(path)
    return bool(filesystem.exists(local))


def build(spark: SparkSession, settings: EntrySettings, folder: str) -> EntryReport:
    """Count the sources and write the list into the folder, the report last.

    metadata.json: the texts by id, as MetaCLIP's tools read them. entries.parquet: id, entry,
    sources, counts, pmi. ngrams/: the counts, to try other limits on. Ids follow the order of code
    points; entries of the list that is extended come first and keep theirs. The list must fit into
    the driver's memory, its sources need not.

    Raises ValueError where `check` does.
    """
    check(settings, folder)
    old = read_entries(settings.extends) if settings.extends else []
    seen = ReadCounters()
    counts = _ngrams(spark, settings, folder, seen)
    views = seen.pageviews(pageviews(spark, settings.pageviews)) if settings.pageviews else None
    table = with_ids(merged_sources(spark, settings, counts, views).toArrow(), old)
    return write_list(folder, table, settings, seen.counted())


def _ngrams(
    spark: SparkSession, settings: EntrySettings, folder: str, seen: ReadCounters
) -> DataFrame | None:
    """Return the counts of words and pairs, from an earlier table or from the texts, if any.

    Counts are written first, so that the texts are read only once.
    """
    table = settings.ngrams
    if settings.wiki or settings.texts:
        table = f"{folder.rstrip('/')}/ngrams"
        ngrams(seen.texts(_texts(spark, settings))).write.mode("overwrite").parquet(table)
    return spark.read.parquet(table) if table else None


def _texts(spark: SparkSession, settings: EntrySettings) -> DataFrame:
    articles = wiki_texts(spark, settings.wiki)
    return articles.union(line_texts(spark, settings.texts)) if settings.texts else articles
