import hashlib
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.filter.blocked_hashes import BlockedHashes

URLS = ["http://a.example/1.jpg", "http://a.example/ü.jpg", "http://a.example/3.jpg"]
KINDS = ("md5", "sha1", "sha256")


@pytest.mark.parametrize("kind", KINDS)
def test_drops_what_is_listed_by_image_and_by_address(
    spark: SparkSession, tmp_path: Path, kind: str
) -> None:
    images = [hashlib.new(kind, bytes([i])).hexdigest() for i in range(3)]
    of_urls = [hashlib.new(kind, url.encode()).hexdigest() for url in URLS]
    path = tmp_path / "hashes.txt"
    path.write_text("\n".join(["# theirs", images[0].upper(), of_urls[1]]))
    rows = [*zip(URLS, images, [None] * 3, strict=True), (URLS[1], images[0], "http 404")]
    rows += [("http://a.example/4.jpg", None, None)]
    pairs = spark.createDataFrame(rows, f"url STRING, {kind} STRING, problem STRING")

    def kept(by: str) -> list[str]:
        stage = BlockedHashes(str(path), by=by)  # type: ignore[arg-type]
        stage.check()
        return sorted(row.url for row in pairs.transform(stage).collect())

    assert kept(kind) == [URLS[2], URLS[1], URLS[1]], "that without a hash is not kept"
    assert kept(f"url_{kind}") == [URLS[0], URLS[2], "http://a.example/4.jpg", URLS[1]]


def test_a_hash_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "hashes.txt"
    path.write_text("ab" * 20)

    with pytest.raises(ValueError, match=r"hashes.txt: 'abab.*' is not a hash of 32 hex digits"):
        BlockedHashes(str(path), by="md5").check()
    BlockedHashes(str(path), by="url_sha1").check()
