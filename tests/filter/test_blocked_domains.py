from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.blocked_domains import BlockedDomains


def test_drops_listed_domains_and_those_below(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "domains.txt"
    path.write_text("# theirs\nbad.example\nbücher.example\n", encoding="utf-8")
    urls = {
        "http://u:p@CDN.bad.example:8080/a.jpg": False,
        "http://notbad.example/a.jpg": True,
        "http://xn--bcher-kva.example/a.jpg": False,
        "nonsense": True,  # fetching says what is wrong with it
    }
    rows = [(url, "http://page.example/", None) for url in urls]
    rows += [("http://bad.example/", "http://page.example/", "http 404")]
    rows += [("http://a.example/", "http://bad.example/", None)]
    pairs = spark.createDataFrame(rows, "url STRING, page_url STRING, problem STRING")

    by_url = {
        (row.url, row.problem) for row in pairs.transform(BlockedDomains(str(path))).collect()
    }
    by_both = pairs.transform(BlockedDomains(str(path), by=("url", "page_url")))

    kept = {(url, None) for url, stays in urls.items() if stays}
    assert by_url == kept | {("http://bad.example/", "http 404"), ("http://a.example/", None)}
    assert {row.url for row in by_both.collect()} == {url for url, _ in by_url} - {
        "http://a.example/"
    }


def test_what_makes_no_sense_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "domains.txt"
    path.write_text("good.example\nhttp://bad.example/\n")

    with pytest.raises(ValueError, match=r"domains.txt: 'http://bad.example/' is not a domain"):
        BlockedDomains(str(path)).check()
    with pytest.raises(ValueError, match="there is no list"):
        BlockedDomains(str(tmp_path / "gone")).check()
    with pytest.raises(ValueError, match="at least one"):
        BlockedDomains(str(path), by=()).check()
