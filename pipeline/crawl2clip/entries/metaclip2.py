"""Build entry lists of many languages by the rules of MetaCLIP 2 (Chuang et al. 2025).

The result is a folder of lists as match_entries_by_language reads it.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

import fsspec
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.entries import metaclip1
from crawl2clip.entries.lists.incremental_list import IncrementalList
from crawl2clip.entries.lists.language_settings import LanguageSettings
from crawl2clip.entries.lists.list_settings import NONE, EntrySettings
from crawl2clip.entries.lists.list_writer import REPORT, EntryReport, with_ids, write_list
from crawl2clip.entries.sources.byte_ranges import files
from crawl2clip.entries.sources.languages import NO_BLANKS, dumps
from crawl2clip.entries.sources.ngrams import ngrams
from crawl2clip.entries.sources.read_counters import ReadCounters
from crawl2clip.entries.sources.texts import wiki_texts
from crawl2clip.entries.sources.titles import pageviews, titles_by_language
from crawl2clip.entries.sources.word_segmentation import Splitting, check_icu
from crawl2clip.entries.sources.wordnets import omw_words, open_wordnet
from crawl2clip.shared.wordnet import synset_names

ENGLISH = "en"

Dumps = Mapping[str, tuple[str, ...]]


def missing_lists(settings: LanguageSettings, folder: str) -> Dumps:
    """Return the dumps of each language whose list is to be built; lists in the folder are kept.

    Raises ValueError if settings are invalid or a source is missing: everything that can be checked
    beforehand is checked now rather than after hours of counting.
    """
    settings.check()
    found = dumps(settings.wiki)
    languages = settings.languages or tuple(found)
    if missing := sorted(set(languages) - found.keys()):
        raise ValueError(f"there is no dump of {', '.join(missing)}; there are {', '.join(found)}")
    left = {lang: found[lang] for lang in sorted(languages) if not _listed(folder, lang)}
    _check_sources(settings)
    for lang in left:
        if _splitting(settings, lang) == "icu":
            check_icu(lang)
    if ENGLISH in left:
        _check_english(settings)
    return left


def _check_sources(settings: LanguageSettings) -> None:
    for path in settings.pageviews:
        files(path)
    for path in filter(None, (settings.omw, settings.titles)):
        if not _exists(path):
            raise ValueError(f"there is no folder {path}")


def _check_english(settings: LanguageSettings) -> None:
    if settings.english == "metaclip" and settings.titles:
        raise ValueError(
            "MetaCLIP's rules for English want pageviews, not titles: say --english alike, "
            "or leave en to a command of its own"
        )
    if settings.wordnet != NONE:
        open_wordnet(settings.wordnet)


def build_languages(
    spark: SparkSession,
    settings: LanguageSettings,
    folder: str,
    done: Callable[[str, EntryReport], None] = lambda lang, report: None,
) -> dict[str, EntryReport]:
    """Build the list of each language in <folder>/<lang>, as `build` does; existing lists are kept.

    Titles of all languages are counted first, once, into <folder>-titles. Then the languages follow
    one by one; commands for different --languages may run at the same time if given these titles.
    Each list must fit into the driver's memory, its sources need not. done: called after each
    language.

    Raises ValueError where `wanted` does.
    """
    left = missing_lists(settings, folder)
    views = _views(spark, settings, folder, left)
    reports = {}
    for lang, wiki in left.items():
        if lang == ENGLISH and settings.english == "metaclip":
            report = metaclip1.build(spark, _english(settings, wiki), f"{folder}/{lang}")
        else:
            report = _built(spark, settings, lang, wiki, views, f"{folder}/{lang}")
        reports[lang] = report
        done(lang, report)
    return reports


def _built(
    spark: SparkSession,
    settings: LanguageSettings,
    lang: str,
    wiki: tuple[str, ...],
    views: DataFrame | None,
    folder: str,
) -> EntryReport:
    seen, table = ReadCounters(), f"{folder}/ngrams"
    counted = ngrams(seen.texts(wiki_texts(spark, wiki)), _splitting(settings, lang), lang)
    counted.write.mode("overwrite").parquet(table)
    entries = IncrementalList(spark, settings, lang)
    entries.add_words("numbers", map(str, range(settings.numbers)))
    entries.add_words("wordnet", _wordnet(settings, lang))
    entries.add_ngrams(spark.read.parquet(table))
    if views is not None:
        entries.add_titles(views)
    return write_list(folder, with_ids(entries.rows(), []), settings, seen.counted())


def _wordnet(settings: LanguageSettings, lang: str) -> set[str]:
    if lang == ENGLISH:
        return (
            set(synset_names(open_wordnet(settings.wordnet))) if settings.wordnet != NONE else set()
        )
    return omw_words(settings.omw, lang) if settings.omw else set()


def _views(
    spark: SparkSession, settings: LanguageSettings, folder: str, left: Dumps
) -> DataFrame | None:
    """Return the table of titles; None if there is none, or no list that needs it."""
    table = settings.titles
    alike = [lang for lang in left if lang != ENGLISH or settings.english == "alike"]
    if settings.pageviews and alike:
        table = f"{folder.rstrip('/')}-titles"
        seen = titles_by_language(pageviews(spark, settings.pageviews), settings.sites)
        seen.write.mode("overwrite").parquet(table)
    return spark.read.parquet(table) if table else None


def _english(settings: LanguageSettings, wiki: tuple[str, ...]) -> EntrySettings:
    return EntrySettings(
        numbers=settings.numbers,
        wordnet=settings.wordnet,
        wiki=wiki,
        pageviews=settings.pageviews,
    )


def _splitting(settings: LanguageSettings, lang: str) -> Splitting:
    return settings.unspaced if lang in NO_BLANKS else "blanks"


def _listed(folder: str, lang: str) -> bool:
    """Return whether the folder holds a complete list of the language, built here or supplied."""
    return _exists(f"{folder}/{lang}/{REPORT}") or any(_named(folder, lang))


def _named(folder: str, lang: str) -> Iterator[str]:
    filesystem, local = fsspec.core.url_to_fs(folder)
    for name in filesystem.ls(local, detail=False) if filesystem.isdir(local) else ():
        if PurePosixPath(name).name in (f"{lang}.json", f"{lang}.json.gz", f"{lang}.parquet"):
            yield name


def _exists(path: str) -> bool:
    filesystem, local = fsspec.core.url_to_fs(path)
    return bool(filesystem.exists(local))
