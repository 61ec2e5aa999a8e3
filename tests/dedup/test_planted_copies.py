"""The sample plants copies of pictures, and pictures of an evaluation set, and knows which."""

import hashlib
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.dedup.drop_duplicates import DropDuplicates
from crawl2clip.dedup.drop_eval_images import DropEvalImages
from crawl2clip.dedup.drop_near_duplicate_images import DropNearDuplicateImages
from crawl2clip.dedup.near import pdq
from crawl2clip.dedup.perceptual_hash import PerceptualHash
from crawl2clip.synthetic_web import truth

NO_PICTURES = {"pixel", "placeholder"}  # of 1 px, all the same; extraction leaves them out
LOOK_THE_SAME = {"exact", "recompressed", "resized"}


class Planted(NamedTuple):
    """Pictures of the sample: one row an address, with uid, url, sha256, width, height, phash.

    original: the address, or the file of the evaluation set, that each copy is made of, by the
    copy's address. kinds: how it was made.
    """

    table: DataFrame
    original: dict[str, str]
    kinds: dict[str, str]


@pytest.fixture(scope="module")
def planted(spark: SparkSession, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> Planted:
    rows = {
        row["url"]: row
        for row in truth(sample).to_pylist()
        if row["outcome"] == "ok" and NO_PICTURES.isdisjoint(row["kind"])
    }
    images = [urlopen(url).read() for url in rows]
    table = pa.table(
        {
            "uid": list(rows),
            "url": list(rows),
            "image": images,
            "sha256": [hashlib.sha256(image).hexdigest() for image in images],
            **{name: [row[name] for row in rows.values()] for name in ("width", "height")},
        }
    )
    path = str(tmp_path_factory.mktemp("planted") / "pictures.parquet")
    pairs = spark.createDataFrame(table).repartition(3)
    PerceptualHash()(pairs).drop("image").write.parquet(path)
    copies = {url: row for url, row in rows.items() if row["duplicate_of"]}
    return Planted(
        spark.read.parquet(path),
        {url: row["duplicate_of"] for url, row in copies.items()},
        {url: row["duplicate_kind"] for url, row in copies.items()},
    )


def dropped(before: DataFrame, after: DataFrame) -> set[str]:
    return {row.url for row in before.select("url").subtract(after.select("url")).collect()}


def surplus(planted: Planted, kinds: set[str]) -> int:
    """How many pictures are too many, if copies of those kinds are."""
    there = {row.url for row in planted.table.select("url").collect()}
    groups: dict[str, set[str]] = {}
    for url, original in planted.original.items():
        if planted.kinds[url] in kinds:
            groups.setdefault(original, {original} & there).add(url)
    return sum(len(group) - 1 for group in groups.values())


def related(planted: Planted, kinds: set[str]) -> set[str]:
    copies = {url for url, kind in planted.kinds.items() if kind in kinds}
    return copies | {planted.original[url] for url in copies}


def test_of_equal_bytes_one_stays_and_nothing_else_goes(planted: Planted) -> None:
    gone = dropped(planted.table, DropDuplicates(("sha256",))(planted.table))

    assert gone <= related(planted, {"exact"})
    assert len(gone) == surplus(planted, {"exact"}) > 0


def test_of_pictures_that_look_the_same_one_stays(planted: Planted) -> None:
    gone = dropped(planted.table, DropNearDuplicateImages()(planted.table))

    right = gone & related(planted, LOOK_THE_SAME)
    assert len(right) >= 0.98 * len(gone), sorted(gone - right)
    assert len(right) >= 0.95 * surplus(planted, LOOK_THE_SAME) > 0


def test_pictures_of_the_evaluation_set_go(planted: Planted, sample: Path, tmp_path: Path) -> None:
    files = sorted((sample / "evaluation").glob("*.jpg"))
    images = [file.read_bytes() for file in files]
    table = {
        "sha256": [hashlib.sha256(image).hexdigest() for image in images],
        "phash": [pdq.phash(image, 50, 10_000_000) for image in images],
    }
    pq.write_table(pa.table(table), tmp_path / "evaluation.parquet")
    of_the_set = {u for u, of in planted.original.items() if of.startswith("evaluation/")}
    equal = {url for url in of_the_set if planted.kinds[url] == "exact"}
    alike = {url for url in of_the_set if planted.kinds[url] in LOOK_THE_SAME}
    step = DropEvalImages(str(tmp_path / "evaluation.parquet"), by=("sha256",))

    assert dropped(planted.table, step(planted.table)) == equal

    gone = dropped(planted.table, DropEvalImages(step.table)(planted.table))
    assert gone <= of_the_set
    assert len(gone & alike) >= 0.95 * len(alike) > 0
