"""Published recipes can be read and fit together, step by step; rules of LAION and DataComp."""

from pathlib import Path

import numpy as np
import pytest
from pyspark.sql import SparkSession

from crawl2clip.check import check
from crawl2clip.enrich.spark.dictionary import build
from crawl2clip.enrich.spark.sources import own
from crawl2clip.recipe import load_recipe

RECIPES = Path(__file__).parents[1] / "conf" / "recipes"
NAMES = sorted(path.stem for path in RECIPES.glob("*.yaml"))


@pytest.fixture(scope="module")
def folder(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files that recipes name, as small as they can be."""
    folder = tmp_path_factory.mktemp("published")
    np.save(folder / "centroids.npy", np.eye(768, dtype=np.float32))
    np.save(folder / "imagenet_clusters.npy", np.array([3, 7]))
    for name in ("metadata.json", "metadata/en.json", "build/demo/sample/entries.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text('["dog"]')
    glosses = spark.createDataFrame([("dog", "An animal.")], "term STRING, gloss STRING")
    glosses.write.parquet(str(folder / "glosses"))
    sources = {"table": own(spark, str(folder / "glosses"), "en", 1_000)}
    build(spark, sources, str(folder / "dictionary.json"), 6)
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_table_goes_through_every_step(
    spark: SparkSession, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(folder)
    text = (RECIPES / f"{name}.yaml").read_text("utf-8")
    # This one Spark opens, whose current folder is another one.
    text = text.replace(": dictionary.json", f": {folder}/dictionary.json")
    (folder / f"{name}.yaml").write_text(text, "utf-8")

    check(spark, load_recipe(f"{name}.yaml"))


def test_laions_rules_keep_what_the_paper_keeps(spark: SparkSession) -> None:
    jobs = load_recipe(str(RECIPES / "laion.yaml")).jobs
    url = "http://a.example/1.jpg"
    host_of_60 = "a" * 52 + ".example"
    rows = {
        (url, "a dog"): True,
        (url, "dogs"): False,  # four characters
        (url, "😀😀😀😀😀"): True,  # five, and not ten
        (f"http://u:p@{host_of_60}:80/1.jpg", "a dog"): True,
        (f"http://b{host_of_60}/1.jpg", "a dog"): False,
        (url.ljust(2_000, "x"), "a dog"): True,
        (url.ljust(2_001, "x"), "a dog"): False,
        ("http://a.example/1.GIF?x", "a dog"): False,
        ("http://a.example/1.svg", "a dog"): False,
        ("http://a.example/gif", "a dog"): True,
    }
    pairs = spark.createDataFrame(list(rows), "url STRING, text STRING")

    for step in jobs["filter"]:
        pairs = pairs.transform(step)

    assert {tuple(row) for row in pairs.collect()} == {
        pair for pair, stays in rows.items() if stays
    }


def test_laions_thresholds_are_those_of_each_set(spark: SparkSession) -> None:
    [_, where] = load_recipe(str(RECIPES / "laion.yaml")).jobs["score"]
    rows = {
        ("en", 0.28, 0.0): True,
        ("en", 0.27, 0.9): False,
        ("multi", 0.0, 0.26): True,
        ("nolang", 0.9, 0.25): False,
        ("en", None, 0.9): False,
    }
    schema = "laion_split STRING, clip_score DOUBLE, multilingual_score DOUBLE"
    pairs = spark.createDataFrame(list(rows), schema)

    kept = {tuple(row) for row in pairs.transform(where).collect()}

    assert kept == {row for row, stays in rows.items() if stays}


def test_laion400ms_rules_keep_what_the_paper_keeps(spark: SparkSession) -> None:
    jobs = load_recipe(str(RECIPES / "laion400m.yaml")).jobs
    [_, *files], [_, alike] = jobs["fetch"], jobs["score"]
    rows = {
        ("JPEG", 5_000, 0.3): True,
        ("PNG", 5_000, 0.31): True,
        ("WEBP", 9_000, 0.9): False,
        ("JPEG", 4_999, 0.9): False,
        ("JPEG", 9_000, 0.29): False,
        ("JPEG", 9_000, None): False,
    }
    schema = "original_format STRING, original_bytes LONG, clip_score DOUBLE"
    pairs = spark.createDataFrame(list(rows), schema)

    for step in (*files, alike):
        pairs = pairs.transform(step)

    assert {tuple(row) for row in pairs.collect()} == {row for row, stays in rows.items() if stays}


def test_datacomps_image_rule_keeps_what_the_paper_keeps(spark: SparkSession) -> None:
    _, *rules = load_recipe(str(RECIPES / "datacomp_basic.yaml")).jobs["fetch"]
    sizes = {(200, 200): True, (199, 500): False, (200, 600): True, (601, 200): False}
    pairs = spark.createDataFrame(list(sizes), "original_width INT, original_height INT")

    for rule in rules:
        pairs = pairs.transform(rule)

    assert {tuple(row) for row in pairs.collect()} == {
        size for size, stays in sizes.items() if stays
    }
