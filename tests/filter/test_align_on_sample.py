"""ALIGN's filters over the pairs of the sample, against what the sample says it planted."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.filter.caption_frequency import CaptionFrequency
from crawl2clip.filter.rare_tokens import RareTokens
from crawl2clip.filter.spark.token_columns import Tokens
from crawl2clip.filter.spark.token_counts import counted, write
from crawl2clip.filter.texts_per_image import TextsPerImage
from crawl2clip.synthetic_web import SampleSettings, make_sample, truth
from crawl2clip.synthetic_web.captions import caption
from crawl2clip.synthetic_web.languages import LANGUAGES
from crawl2clip.synthetic_web.rng import rng
from crawl2clip.synthetic_web.scenes import random_scene

SETTINGS = SampleSettings(pages=40, pictures=240, hosts=6, warcs=3, port=18766, slow_seconds=1.5)

Pair = dict[str, Any]


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """The rows of the truth that are pairs."""
    folder = tmp_path_factory.mktemp("align") / "sample"
    make_sample(folder, SETTINGS)
    return [row for row in truth(folder).to_pylist() if row["url"] and row["text"]]


@pytest.fixture(scope="module")
def pairs(spark: SparkSession, offered: list[Pair]) -> DataFrame:
    rows = [(i, row["url"], row["text"]) for i, row in enumerate(offered)]
    return spark.createDataFrame(rows, "row INT, url STRING, text STRING").repartition(3).cache()


def dropped(offered: list[Pair], pairs: DataFrame, kept: DataFrame) -> list[Pair]:
    left = {row.row for row in kept.collect()}
    return [row for i, row in enumerate(offered) if i not in left]


def test_the_commonest_boilerplate_goes_and_no_other_text(
    offered: list[Pair], pairs: DataFrame
) -> None:
    images: dict[str, set[str]] = {}
    for row in offered:
        images.setdefault(row["text"], set()).add(row["url"])
    common = {text for text, urls in images.items() if len(urls) > 10}
    planted = {row["text"] for row in offered if "boilerplate" in row["kind"]}
    assert common
    assert common <= planted

    gone = dropped(offered, pairs, CaptionFrequency()(pairs))

    assert Counter(row["text"] for row in gone) == Counter(
        row["text"] for row in offered if row["text"] in common
    )


def test_the_image_of_very_many_texts_goes_and_no_other(
    offered: list[Pair], pairs: DataFrame
) -> None:
    [many] = {row["url"] for row in offered if "many_texts" in row["kind"]}

    gone = dropped(offered, pairs, TextsPerImage(most=SETTINGS.many_texts - 1)(pairs))

    assert [row["url"] for row in gone] == [row["url"] for row in offered if row["url"] == many]
    assert len(gone) >= SETTINGS.many_texts


def words_of_captions() -> list[str]:
    """All words the sample's captions are made of, with what may stand behind them.

    Its web is too small to have each of them twice.
    """
    random = rng("words of captions")
    scenes = [random_scene("s", random) for _ in range(400)]
    captions = (caption(scene, lang, random) for scene in scenes for lang in LANGUAGES)
    words = {word.strip(".,:;।。") for text in captions for word in text.split()}
    return [word + end for word in sorted(words) for end in ("", ".", ",", ":", ";", "।", "。")]


def test_words_no_dictionary_has_go_and_no_caption_does(
    spark: SparkSession, offered: list[Pair], pairs: DataFrame, tmp_path: Path
) -> None:
    """The list is of what occurs more than once; file names that do not are no words either."""
    more = spark.createDataFrame([(word,) for word in words_of_captions()], "text STRING")
    tokens = Tokens(split="scripts")
    counts = counted(pairs.select("text").union(more).union(more), tokens)
    path = str(tmp_path / "v.json")
    write(counts, path, tokens, {})
    often = counts.where("count > 1").count()

    gone = dropped(offered, pairs, RareTokens(often, path, split="scripts")(pairs))

    planted = [row for row in offered if "rare_tokens" in row["kind"]]
    assert planted
    assert [row for row in gone if "boilerplate" not in row["kind"]] == planted
