"""Whole trainings of tiny networks on drawings; each is a few seconds."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from pyspark.sql import SparkSession
from pyspark.sql import functions as F
from safetensors.torch import load_file

from crawl2clip.filter_network import checkpoints, trainer
from crawl2clip.filter_network.dataset import groups
from crawl2clip.filter_network.dataset_builder import PairSelection
from crawl2clip.filter_network.evaluation import Evaluator
from crawl2clip.filter_network.launch import train_network
from crawl2clip.filter_network.model_io import WEIGHTS
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.filter_network.synthetic_pairs import SyntheticPairs
from crawl2clip.filter_network.trainer import TrainingTask, train
from crawl2clip.score.clip.models import ModelChoice, load
from crawl2clip.score.score_clip import ScoreClip

TINY = {
    "model_cfg": {
        "embed_dim": 16,
        "vision_cfg": {
            "image_size": 32,
            "patch_size": 16,
            "width": 32,
            "head_width": 16,
            "layers": 1,
        },
        "text_cfg": {
            "context_length": 16,
            "vocab_size": 49408,
            "width": 16,
            "heads": 2,
            "layers": 1,
        },
    },
    "preprocess_cfg": {"size": 32, "resize_mode": "squash"},
}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("good")
    SyntheticPairs(pairs=60).write(str(folder))
    rows = pq.read_table(folder / "pairs.parquet").drop_columns("is_true").to_pylist()
    rows += [{"image": b"junk", "text": "junk"}, {"image": None, "text": "gone"}]
    rows += [{"image": rows[0]["image"], "text": None}, {**rows[1], "problem": "http 404: gone"}]
    pq.write_table(
        pa.Table.from_pylist([{"problem": None, **row} for row in rows]), folder / "pairs.parquet"
    )
    return str(folder)


@pytest.fixture(scope="module")
def training(tmp_path_factory: pytest.TempPathFactory) -> TrainingSettings:
    config = tmp_path_factory.mktemp("model") / "tiny.json"
    config.write_text(json.dumps(TINY))
    return TrainingSettings(model=str(config), epochs=3, batch_size=16, learning_rate=1e-3)


@pytest.fixture(scope="module")
def whole(
    spark: SparkSession,
    table: str,
    training: TrainingSettings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    train_network(spark, PairSelection(table, held_out=0.2), training, str(folder))
    return folder


def about(folder: Path) -> dict[str, object]:
    return dict(json.loads((folder / trainer.RESULT).read_text()))


def task(whole: Path, training: TrainingSettings, folder: Path) -> TrainingTask:
    """The same pairs for another network."""
    folder.mkdir(exist_ok=True)
    config = "open_clip_config.json"
    (folder / config).write_bytes((whole / config).read_bytes())
    return TrainingTask(
        training, str(whole / "pairs/train"), str(whole / "pairs/validation"), folder
    )


def test_learns_and_says_what_it_did(whole: Path) -> None:
    told = about(whole)
    pairs = json.loads((whole / "pairs/pairs.json").read_text())["pairs"]

    assert sum(pairs.values()) == 61, "without image, text or with a problem it is no pair"
    assert told["pairs"] == pairs["train"]
    assert told["undecodable"] in (0, 1), "junk, unless it was held out"
    assert told["losses"][-1] < told["losses"][0]
    assert 0 <= told["validation_auc"] <= 1
    assert load(ModelChoice("", f"local-dir:{whole}")).sha256 == told["sha256"]


def test_an_image_is_trained_on_or_held_out_never_both(whole: Path) -> None:
    train_images, held = (
        set(pq.read_table(whole / "pairs" / name)["image"].to_pylist())
        for name in ("train", "validation")
    )

    assert train_images
    assert held
    assert not train_images & held


def test_one_that_was_stopped_ends_as_one_that_was_not(
    whole: Path, training: TrainingSettings, tmp_path: Path
) -> None:
    stopped = tmp_path / "stopped"
    asked = task(whole, training, stopped)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trainer.TrainingProcess, "finish", lambda self: None)
        patch.setattr(checkpoints, "write", failing_after(2, checkpoints.write))
        with pytest.raises(KeyboardInterrupt):
            train(asked)
    assert not (stopped / trainer.RESULT).exists()

    train(asked)

    ours, theirs = about(stopped), about(whole)
    assert ours["losses"] == theirs["losses"]
    assert ours["sha256"] == theirs["sha256"]


def failing_after(times: int, write):  # type: ignore[no-untyped-def]
    calls = []

    def sometimes(*args: object) -> None:
        calls.append(args)
        if len(calls) > times:
            raise KeyboardInterrupt
        write(*args)

    return sometimes


def test_another_seed_makes_another_network(
    whole: Path, training: TrainingSettings, tmp_path: Path
) -> None:
    train(task(whole, replace(training, seed=1, epochs=1), tmp_path))

    assert about(tmp_path)["sha256"] != about(whole)["sha256"]


def test_fine_tuning_begins_with_the_network_and_keeps_as_much_of_it_as_asked(
    whole: Path, training: TrainingSettings, tmp_path: Path
) -> None:
    tune = replace(training, model=f"local-dir:{whole}", epochs=1)
    made = {}
    for keep in (0.0, 0.25, 1.0):
        folder = tmp_path / str(keep)
        train(task(whole, replace(tune, keep=keep), folder))
        made[keep] = load_file(folder / WEIGHTS)
    begun = load_file(whole / WEIGHTS)

    assert all(torch.equal(made[1.0][name], begun[name]) for name in begun)
    assert not torch.equal(made[0.0]["text_projection"], begun["text_projection"])
    for name in begun:
        wanted = 0.25 * begun[name] + 0.75 * made[0.0][name]
        torch.testing.assert_close(made[0.25][name], wanted, rtol=1e-5, atol=1e-6)


def test_running_again_trains_nothing_and_other_settings_are_refused(
    spark: SparkSession, whole: Path, table: str, training: TrainingSettings
) -> None:
    before = (whole / WEIGHTS).stat().st_mtime_ns

    told = train_network(spark, PairSelection(table, held_out=0.2), training, str(whole))

    assert told["sha256"] == about(whole)["sha256"]
    assert (whole / WEIGHTS).stat().st_mtime_ns == before
    with pytest.raises(ValueError, match="other settings"):
        train_network(spark, PairSelection(table), replace(training, seed=7), str(whole))
    with pytest.raises(ValueError, match="other pairs"):
        train_network(spark, PairSelection(table, held_out=0.5), training, str(whole))


def test_the_order_of_the_pairs_does_not_depend_on_the_partitions_they_come_in(
    spark: SparkSession, whole: Path, table: str, tmp_path: Path
) -> None:
    from crawl2clip.filter_network.dataset_builder import prepare

    mixed = str(tmp_path / "mixed")
    spark.read.parquet(table).orderBy("text").repartition(5).write.parquet(mixed)
    prepare(spark, PairSelection(mixed, held_out=0.2), str(tmp_path / "pairs"))

    for name in ("train", "validation"):
        ours, theirs = (
            [
                pq.ParquetFile(g.path.removeprefix("file://")).read().to_pylist()
                for g in groups(str(folder))
            ]
            for folder in (tmp_path / "pairs" / name, whole / "pairs" / name)
        )
        assert ours == theirs


def test_two_processes_of_a_spark_job_train_one_network(
    spark: SparkSession, table: str, training: TrainingSettings, tmp_path: Path
) -> None:
    two = replace(training, epochs=1, batch_size=8)

    told = train_network(spark, PairSelection(table, held_out=0.2), two, str(tmp_path), processes=2)

    assert told["processes"] == 2
    assert told["steps"] >= 1
    assert load(ModelChoice("", f"local-dir:{tmp_path}")).sha256 == told["sha256"]


def test_a_table_without_a_good_pair_is_refused(
    spark: SparkSession, table: str, training: TrainingSettings, tmp_path: Path
) -> None:
    for where, why in {"text = 'x'": "no pair", "txt = 'x'": "txt"}.items():
        with pytest.raises(ValueError, match=why):
            train_network(spark, PairSelection(table, where), training, str(tmp_path / why))


def test_a_network_is_judged_on_pairs_without_labels(
    spark: SparkSession, whole: Path, table: str
) -> None:
    network = ScoreClip("", f"local-dir:{whole}", embeddings="float32")
    pairs = spark.read.parquet(table).where("problem is null")

    found = Evaluator(most=1_000).evaluate(pairs, network)

    assert found.pairs == 60, "junk can't be scored"
    assert 0 <= found.left <= 1
    assert found.auc > 0.5
    assert Evaluator(most=1_000).evaluate(pairs.repartition(3), network) == found
    assert Evaluator(most=30).evaluate(pairs, network).pairs <= 30


def test_what_is_left_of_a_crawl_is_counted_among_the_best_scores(
    spark: SparkSession, whole: Path, table: str
) -> None:
    network = ScoreClip("", f"local-dir:{whole}")
    pairs = spark.read.parquet(table).where("problem is null")
    crawl = pairs.withColumn("is_true", F.length("text") % 3 == 0)
    scored = network(crawl).where("problem is null").select("clip_score", "is_true").collect()
    best = sorted(scored, key=lambda row: -row.clip_score)[: int(len(scored) * 0.4)]

    left = Evaluator(fraction=0.4).false_share_left(crawl, network)

    assert left == pytest.approx(sum(not row.is_true for row in best) / len(best))
    assert 0 < left < 1
    with pytest.raises(ValueError, match="no pair of the crawl can be scored"):
        Evaluator().false_share_left(crawl.where("false"), network)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"batch_size": 1}, "the others' texts"),
        ({"epochs": 0}, "1 at least"),
        ({"crop": 0.0}, "share"),
        ({"lose_words": 1.1}, "share"),
        ({"learning_rate": 0.0}, "above 0"),
        ({"keep": 0.5}, "to begin with"),
        ({"model": "local-dir:x", "weights": "openai"}, "brings its weights"),
        ({"model": "gone.json"}, "no such file"),
        ({"image_weights": "gone.pth"}, "no such file"),
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        TrainingSettings(**wrong).check()  # type: ignore[arg-type]
