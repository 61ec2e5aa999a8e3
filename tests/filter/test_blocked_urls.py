from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.blocked_urls import BlockedUrls


def test_drops_addresses_that_match(spark: SparkSession, tmp_path: Path) -> None:
    path = tmp_path / "patterns.txt"
    path.write_text("/ads?/\n[.]onion/\n")
    urls = {"http://a/AD/1.jpg": False, "http://a/add/1.jpg": True, "http://b.onion/": False}
    rows = [(url, None) for url in urls] + [("http://a/ads/", "http 404"), (None, "bad url: x")]
    pairs = spark.createDataFrame(rows, "url STRING, problem STRING")

    kept = {row.url for row in pairs.transform(BlockedUrls(str(path))).collect()}

    assert kept == {"http://a/add/1.jpg", "http://a/ads/", None}


def test_a_bad_pattern_is_refused_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "patterns.txt"
    path.write_text("fine\n*bad\n")

    with pytest.raises(ValueError, match=r"patterns.txt: '\*bad' is not a regular expression"):
        BlockedUrls(str(path)).check()
