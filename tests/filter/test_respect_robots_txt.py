from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.filter.respect_robots_txt import RespectRobotsTxt, robots_url
from crawl2clip.synthetic_web import truth
from tests.filter.test_robots_archives import record

NO_IMAGES = b"User-agent: *\nDisallow: /i/\n\nUser-agent: bannedbot\nDisallow: /\n"


@pytest.fixture
def archives(tmp_path: Path) -> str:
    def moved(to: str) -> dict[str, Any]:
        return {"status": "301 Moved", "headers": (("Location", to),), "body": b""}

    first = (
        record("http://a.example/robots.txt", NO_IMAGES)
        + record("http://old.example/robots.txt", NO_IMAGES, date="2026-01-01T00:00:00Z")
        + record("http://new.example/robots.txt", b"", "404 Gone", date="2026-01-01T00:00:00Z")
        + record("http://down.example/robots.txt", NO_IMAGES, "503 Down")
        + record("http://c.example/robots.txt", **moved("https://c.example/robots.txt"))
        + record("https://c.example/robots.txt", **moved("https://www.c.example/r"))
        + record("http://lost.example/robots.txt", **moved("https://nowhere.example/"))
        + record("http://loop.example/robots.txt", **moved("http://loop.example/robots.txt"))
    )
    second = (
        record("http://old.example/robots.txt", b"", "404 Gone")
        + record("http://new.example/robots.txt", NO_IMAGES)
        + record("https://www.c.example/r", NO_IMAGES)
        + record("https://b.example:8443/robots.txt", NO_IMAGES)
    )
    for name, data in {"1": first, "2": second}.items():
        (tmp_path / f"{name}.warc.gz").write_bytes(data)
    return f"{tmp_path}/*.warc.gz"


IMAGES = {
    "http://a.example/i/1.jpg": False,
    "http://a.example/1.jpg": True,
    "http://A.example:80/i/1.jpg": False,
    "http://me:secret@a.example/i/1.jpg": False,
    "https://a.example/i/1.jpg": True,  # another scheme is another site
    "http://b.example/i/1.jpg": True,
    "https://b.example:8443/i/1.jpg?x=http://a.example/i/1.jpg": False,
    "https://b.example/i/1.jpg": True,
    "http://old.example/i/1.jpg": True,  # its last answer was 404
    "http://new.example/i/1.jpg": False,
    "http://down.example/i/1.jpg": True,
    "http://c.example/i/1.jpg": False,  # two redirects away
    "https://c.example/i/1.jpg": False,
    "https://www.c.example/i/1.jpg": True,  # /r is no robots.txt of its own
    "http://lost.example/i/1.jpg": True,
    "http://loop.example/i/1.jpg": True,
    "http://unknown.example/i/1.jpg": True,
    "http://[oops/i/1.jpg": True,
    "no address": True,
}


def pairs(spark: SparkSession) -> DataFrame:
    rows = [(url, "http://a.example/i/page.html", n) for n, url in enumerate(IMAGES)]
    return spark.createDataFrame(rows, "url STRING, page_url STRING, n INT")


def dropped(spark: SparkSession, stage: RespectRobotsTxt) -> set[str]:
    stage.check()
    kept = pairs(spark).transform(stage)
    assert kept.columns == ["url", "page_url", "n", "problem"]
    rows = kept.collect()
    assert all(row.problem is None and row.n is not None for row in rows)
    return IMAGES.keys() - {row.url for row in rows}


def test_drops_what_the_site_keeps_robots_from(spark: SparkSession, archives: str) -> None:
    forbidden = {url for url, allowed in IMAGES.items() if not allowed}

    assert dropped(spark, RespectRobotsTxt(archives)) == forbidden
    assert dropped(spark, RespectRobotsTxt(archives, agents=("OurBot",))) == forbidden


def test_any_of_the_agents_or_addresses_may_be_forbidden(
    spark: SparkSession, archives: str
) -> None:
    banned = dropped(spark, RespectRobotsTxt(archives, agents=("*", "BannedBot")))

    assert "http://a.example/1.jpg" in banned
    assert "http://b.example/i/1.jpg" not in banned
    assert dropped(spark, RespectRobotsTxt(archives, by=("url", "page_url"))) == IMAGES.keys()
    assert dropped(spark, RespectRobotsTxt(archives, by=("page_url",))) == IMAGES.keys()


def test_pairs_that_are_a_problem_pass_and_broken_archives_are_one(
    spark: SparkSession, archives: str, tmp_path: Path
) -> None:
    listed = tmp_path / "paths"
    listed.write_text("1.warc.gz\n2.warc.gz\nnone.warc.gz\ncut.warc.gz\n")
    whole = record("http://unknown.example/robots.txt", NO_IMAGES)
    (tmp_path / "cut.warc.gz").write_bytes(whole + whole[:50])
    asked = spark.createDataFrame(
        [
            ("http://a.example/i/1.jpg", "here before"),
            ("http://a.example/i/2.jpg", None),
            ("http://unknown.example/i/3.jpg", None),
            ("http://b.example/4.jpg", None),
            (None, "bad url: http://["),
        ],
        "url STRING, problem STRING",
    )

    found = asked.transform(RespectRobotsTxt(str(listed), by=("url", "url"))).collect()

    assert {(row.url, (row.problem or "").replace(str(tmp_path), "")[:31]) for row in found} == {
        ("http://a.example/i/1.jpg", "here before"),
        ("http://b.example/4.jpg", ""),
        (None, "bad url: http://["),
        (None, "missing file: /none.warc.gz"),
        (None, "unreadable file: /cut.warc.gz: "),
    }
    assert len(found) == 5


def test_settings_that_make_no_sense_are_refused(archives: str) -> None:
    with pytest.raises(ValueError, match="there is no"):
        RespectRobotsTxt("none.warc.gz").check()
    with pytest.raises(ValueError, match="at least one each"):
        RespectRobotsTxt(archives, agents=()).check()
    with pytest.raises(ValueError, match="at least one each"):
        RespectRobotsTxt(archives, by=()).check()


def test_robots_txt_is_looked_for_where_the_address_is(spark: SparkSession) -> None:
    cases = {
        "http://x.example/a/b.jpg?c#d": "http://x.example/robots.txt",
        "HTTPS://X.Example:443/A": "https://x.example/robots.txt",
        "https://x.example:80/A": "https://x.example:80/robots.txt",
        "http://x.example:8080": "http://x.example:8080/robots.txt",
        "http://x.example?a": "http://x.example/robots.txt",
        "http://[::1]:80/a": "http://[::1]/robots.txt",
        "http://u:p@x.example/@a": "http://x.example/robots.txt",
    }
    table = spark.createDataFrame([(url,) for url in cases], "url STRING")

    found = table.select("url", robots_url(table["url"]).alias("robots")).collect()

    assert {row["url"]: row["robots"] for row in found} == cases


def test_on_the_sample_exactly_what_the_truth_says_is_dropped(
    spark: SparkSession, sample: Path
) -> None:
    rows = [row for row in truth(sample).to_pylist() if row["url"]]
    allowed = [row["url"] for row in rows if "robots_txt" not in (row["opt_out"] or ())]
    table = spark.createDataFrame([(row["url"],) for row in rows], "url STRING")

    kept = table.transform(RespectRobotsTxt(f"{sample}/robotstxt/*.warc.gz")).collect()

    assert len(allowed) < len(rows)
    assert sorted(row.url for row in kept) == sorted(allowed)
