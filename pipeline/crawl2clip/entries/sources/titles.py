"""Titles that people look at."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def pageviews(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Lines `project title views bytes` of the hourly files: project, title, views.

    All are null for a line of another form, which is counted as a problem. A file is one task:
    gzip can't be split, and an hour is 50 MB.
    """
    fields = F.split("value", " ")
    lines = spark.read.text(list(paths)).select(
        fields.alias("fields"), F.get(fields, 2).try_cast("BIGINT").alias("views")
    )
    whole = (F.size("fields") == 4) & F.col("views").isNotNull()
    return lines.select(
        F.when(whole, F.get("fields", 0)).alias("project"),
        F.when(whole, F.get("fields", 1)).alias("title"),
        F.when(whole, F.col("views")).alias("views"),
    )


def titles(views: DataFrame, project: str, least_hourly: int, least: int) -> DataFrame:
    """entry and count of titles seen at least so often, over the hours that count.

    MetaCLIP's code: of the project alone ("en", not "en.m"); none that holds ':' (talk, files,
    categories, but "Alien: Covenant" too); `_` is a blank. One shuffle, of the titles that an hour
    counts for, summed up before it.
    """
    seen = views.where(
        (F.col("project") == project)
        & ~F.contains("title", F.lit(":"))
        & (F.col("views") >= least_hourly)
    )
    entry = F.trim(F.translate("title", "_", " ")).alias("entry")
    summed = seen.groupBy(entry).agg(F.sum("views").alias("count"))
    return summed.where(F.col("count") >= least)


def titles_by_language(views: DataFrame, sites: str) -> DataFrame:
    """lang, entry and count of all titles that were seen, those of a language together.

    MetaCLIP 2's code: no title that holds ':'; desktop and mobile site together. sites: "all" adds
    the sister projects, as its code does ("en.d" is Wiktionary), "wikipedia" leaves them out. One
    shuffle, of the titles, summed up before it; another puts languages beside each other.
    """
    site = F.split("project", r"\.")
    kind = F.array_join(F.slice(site, 2, 9), ".")
    ours = F.lit(True) if sites == "all" else kind.isin("", "m")
    seen = views.where(ours & ~F.contains("title", F.lit(":")) & (F.col("views") > 0))
    lang = F.translate(F.get(site, 0), "-", "_").alias("lang")
    entry = F.trim(F.translate("title", "_", " ")).alias("entry")
    summed = seen.groupBy(lang, entry).agg(F.sum("views").alias("count"))
    return summed.repartitionByRange("lang", "entry").sortWithinPartitions("lang", "entry")
