"""Titles by page views: MetaCLIP's rule, line by line."""

import gzip
from pathlib import Path

from pyspark.sql import SparkSession

from crawl2clip.entries.sources.titles import pageviews, titles, titles_by_language

HOURS = {
    0: [
        "en Red_panda 50 0",
        "en Red_panda 49 0",
        "en Main_Page 900 0",
        "en Talk:Red_panda 900 0",
        "en.m Red_panda 900 0",
        "de Rotfuchs 900 0",
        "en Forty-nine 49 0",
        "en Sixty-nine 69 0",
        "en Seventy 70 0",
        '"" - 900 0',
        "en - 500 0",
    ],
    1: [
        "en Red_panda 50 0",
        "en Zürich_(Stadt) 80 0",
        "en broken",
        "",
        "en Five five 90 0",
        "en Many 99999999999999999999 0",
        "en None x 0",
        "en Zero 0 0",
    ],
}


def files(folder: Path) -> list[str]:
    for hour, lines in HOURS.items():
        path = folder / f"pageviews-20180419-{hour:02}0000.gz"
        path.write_bytes(gzip.compress(("\n".join(lines) + "\n").encode()))
    return [str(folder / "pageviews-*.gz")]


def test_an_hour_counts_from_50_views_and_a_title_from_70(
    spark: SparkSession, tmp_path: Path
) -> None:
    views = pageviews(spark, files(tmp_path))

    found = {row.entry: row["count"] for row in titles(views, "en", 50, 70).collect()}

    assert found == {
        "Red panda": 100,  # the hour of 49 is no hour
        "Main Page": 900,
        "Seventy": 70,
        "Zürich (Stadt)": 80,
        "-": 500,  # the whole list's rule against lone punctuation drops it
    }
    assert views.where("title IS NULL").count() == 5, "lines of another form"


def test_project_and_limits_are_settings(spark: SparkSession, tmp_path: Path) -> None:
    views = pageviews(spark, files(tmp_path))

    assert [row.entry for row in titles(views, "de", 1, 1).collect()] == ["Rotfuchs"]
    lower = {row.entry: row["count"] for row in titles(views, "en", 1, 1).collect()}
    assert (lower["Red panda"], lower["Forty-nine"]) == (149, 49)
    assert "Zero" not in lower


def test_titles_of_all_languages_are_summed_up_over_sites(spark: SparkSession) -> None:
    rows = [
        ("zh-min-nan", "Toa_hō͘", 2), ("zh-min-nan.m", "Toa_hō͘", 3), ("de", "Hund", 1),
        ("de.m.d", "Hund", 4), ("de.voy", "Bonn", 5), ("de", "Hilfe:Hund", 9), ("de", "Nie", 0),
        (None, None, None),
    ]  # fmt: skip
    views = spark.createDataFrame(rows, "project STRING, title STRING, views BIGINT").repartition(3)

    ours, every = (
        [tuple(row) for row in titles_by_language(views, sites).collect()]
        for sites in ("wikipedia", "all")
    )

    assert sorted(ours) == [("de", "Hund", 1), ("zh_min_nan", "Toa hō͘", 5)]
    assert sorted(every) == [("de", "Bonn", 5), ("de", "Hund", 5), ("zh_min_nan", "Toa hō͘", 5)]
