from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine.fingerprint import of_job
from crawl2clip.recipe import RecipeError, recipe_of
from crawl2clip.schema import COLUMNS
from crawl2clip.score.clip.batch_scorer import BatchScorer
from crawl2clip.score.clip.models import ModelChoice
from crawl2clip.score.score_clip import ScoreClip
from crawl2clip.stage import Stage
from tests.score.pictures import encoded, rgb
from tests.score.test_batch_scorer import pairs, scored
from tests.score.tiny import Tiny

IMAGES = [encoded(rgb(40 + i, 50, seed=i), "JPEG") for i in range(12)]
TEXTS = [f"a dog, {i}" for i in range(12)]


@pytest.fixture(scope="module")
def table(spark: SparkSession) -> DataFrame:
    rows = [
        (f"u{i:02}", image, text, None)
        for i, (image, text) in enumerate(zip(IMAGES, TEXTS, strict=True))
    ]
    rows += [("junk", b"junk", "a dog", None), ("gone", None, "a dog", "http 404: gone")]
    return spark.createDataFrame(rows, "uid STRING, image BINARY, text STRING, problem STRING")


def test_scores_every_pair_and_carries_problems(
    table: DataFrame, tiny_a: Tiny, tiny_b: ModelChoice
) -> None:
    stage = ScoreClip(
        model=("tiny-a", "whole"),
        weights=(tiny_a.weights, tiny_b.weights),
        model_config=(tiny_a.config, ""),
        to=("clip_score", "dfn_score"),
        embeddings="float16",
        batch_size=5,
    )
    stage.check()

    made = stage(table.repartition(3))
    rows = {row.uid: row for row in made.collect()}

    names = ["clip_score", "clip_score_model", "dfn_score", "dfn_score_model"]
    assert list(stage.adds) == [*names, "image_embedding", "text_embedding", "problem"]
    for name in stage.adds:
        assert made.schema[name].dataType == COLUMNS[name][0]
    assert made.columns[:4] == table.columns
    whole = scored(BatchScorer(stage.choices(), stage.to), pairs(IMAGES, TEXTS))
    for name in ("clip_score", "dfn_score"):
        found = [rows[f"u{i:02}"][name] for i in range(12)]
        assert found == pytest.approx(whole[name].to_pylist(), abs=1e-5)
    assert rows["junk"].problem == "undecodable image: starts with 6a 75 6e 6b"
    assert rows["gone"].problem == "http 404: gone"
    assert rows["gone"].clip_score is rows["junk"].clip_score is None
    assert bytes(rows["u03"].image) == IMAGES[3]
    assert len(rows["u03"].image_embedding) == 24


def test_a_column_that_is_there_is_not_written_again(table: DataFrame, tiny_a: Tiny) -> None:
    stage = ScoreClip(tiny_a.name, tiny_a.weights, model_config=tiny_a.config)

    with pytest.raises(ValueError, match="clip_score already"):
        stage(table.withColumnRenamed("uid", "clip_score"))


def test_side_files_are_part_of_the_fingerprint(tmp_path: Path) -> None:
    first, second = tmp_path / "a.pt", tmp_path / "b.pt"
    first.write_bytes(b"1"), second.write_bytes(b"2")
    stage = ScoreClip(("a", "b"), (str(first), str(second)), ("clip_score", "dfn_score"))

    before = of_job((stage,), {})
    second.write_bytes(b"3")
    after = of_job((stage,), {})

    assert before["files"].keys() == {str(first), str(second)}
    assert before["files"][str(first)] == after["files"][str(first)]
    assert before["files"][str(second)] != after["files"][str(second)]


def of_yaml(**settings: object) -> Stage:
    recipe = {"recipe": "r", "jobs": {"score": [{"score_clip": settings}]}}
    return recipe_of(recipe, "r.yaml").jobs["score"][0]


def test_a_recipe_gives_names_or_lists_of_names() -> None:
    one = of_yaml(model="ViT-B-16", weights="dfn2b", to="dfn_score")
    two = of_yaml(model=["ViT-B-32", "ViT-L-14"], weights=["openai"] * 2, to=["a", "b"])

    assert one.adds == ("dfn_score", "dfn_score_model", "problem")
    assert isinstance(two, ScoreClip)
    assert two.choices() == [ModelChoice("ViT-B-32", "openai"), ModelChoice("ViT-L-14", "openai")]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"model": ["a", "b"]}, "as many names each"),
        ({"weights_sha256": ["0" * 16] * 2}, "as many names each"),
        ({"model": ["a", "b"], "weights": ["x", "y"], "to": ["c", "c"]}, "each once"),
        ({"to": "clip score"}, "a column of its own"),
        ({"to": "image"}, "a column of its own"),
        ({"weights": ""}, "weights needs"),
        ({"batch_size": 0}, "1 or more"),
        ({"precision": "int8"}, "one of 'fp16', 'bf16', 'fp32'"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(RecipeError, match=why):
        of_yaml(**wrong)
