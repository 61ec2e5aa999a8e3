"""Select Wikipedia titles by page views."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


def pageviews(spark: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Parse lines `project title views bytes` of the hourly files: project, title, views.

    All are null for a malformed line, which is counted as a problem. A file is one task: gzip can't
    be split, and an hour is 50 MB.
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
    """Return entry and count of titles viewed at least `least` times, over the hours that count.

    As in MetaCLIP's code: only the project itself ("en", not "en.m"); no title with a ':' (talk,
    files, categories, but also "Alien: Covenant"); `_` becomes a space. One shuffle, of the titles
    that an hour counts for, summed before it.
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
    """Return lang, entry and count of all titles that were viewed, sorted by language.

    As in MetaCLIP 2's code: no title with a ':'; desktop and mobile site together. sites: "all"
    adds the sister projects, as that code does ("en.d" is Wiktionary), "wikipedia" leaves them out.
    One shuffle of the titles, summed before it; another groups them by language.
    """
    site = F.split("project", r"\.")
    kind = F.array_join(F.slice(site, 2, 9), ".")
    ours = F.lit(True) if sites == "all" else kind.isin("", "m")
    seen = views.where(ours & ~F.contains("title", F.lit(":")) & (F.col("views") > 0))
    lang = F.translate(F.get(site, 0), "-", "_").alias("lang")
    entry = F.trim(F.translate("title", "_", " ")).alias("entry")
    summed = seen.groupBy(lang, entry).agg(F.sum("views").alias("count"))
    return summed.repartitionByRange("lang", "entry").sortWithinPartitions("lang", "entry")
