"""Networks of equal compute: plans by hand, and a whole bake-off of two tiny ones."""

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyspark.sql import SparkSession
from selectolax.lexbor import LexborHTMLParser as HTMLParser

from crawl2clip.__main__ import main
from crawl2clip.compare.train_and_score import MOST_EPOCHS, Compute
from crawl2clip.compare.training_images import judged_by_truth
from crawl2clip.filter_network.settings import TrainingSettings
from tests.compare.conftest import drawn, run, write
from tests.filter_network.test_launch import TINY

SCENES, MISMATCHED = 60, 20


def compute(samples: int, batch: int = 10) -> Compute:
    return Compute(samples, TrainingSettings(batch_size=batch))


@pytest.mark.parametrize(
    ("pairs", "epochs", "rows"),
    [(1, 12, 10), (10, 12, 10), (11, 6, 20), (25, 4, 30), (35, 3, 40), (45, 2, 60), (61, 1, 120)],
)
def test_an_epoch_goes_once_through_the_set_and_all_epochs_are_alike(
    pairs: int, epochs: int, rows: int
) -> None:
    assert compute(120).plan(pairs) == (epochs, rows)


def test_a_set_larger_than_all_samples_is_not_seen_whole() -> None:
    assert compute(127).plan(10_000) == (1, 120)


@given(st.integers(10, 10**7), st.integers(1, 10**9))
def test_every_set_is_trained_for_the_same_number_of_samples(samples: int, pairs: int) -> None:
    asked = compute(samples)

    epochs, rows = asked.plan(pairs)

    assert epochs * rows == samples // 10 * 10
    assert rows % 10 == 0
    assert epochs <= MOST_EPOCHS
    assert rows >= pairs or epochs == 1


@pytest.fixture(scope="module")
def folder(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that kept true pairs alone, one that kept all, one without images, and the truth."""
    home = tmp_path_factory.mktemp("bakeoff")
    rows = drawn(SCENES, MISMATCHED)
    source = write(home / "source", rows)
    run(spark, home / "true", source, "t")
    run(spark, home / "all", source, "mt")
    bare = [{k: v for k, v in each.items() if k != "image"} for each in rows]
    run(spark, home / "bare", write(home / "bare-source", bare), "t")
    told = [
        {
            "url": each["url"],
            "text": each["text"],
            "kind": ["mismatched"] if each["label"] == "m" else [],
            "is_true": each["label"] == "t",
            "scene_id": f"s{number}",
        }
        for number, each in enumerate(rows)
    ]
    write(home / "truth", told)
    (home / "tiny.json").write_text(json.dumps(TINY))
    return home


@pytest.fixture(scope="module")
def words(folder: Path) -> list[str]:
    runs = [str(folder / name) for name in ("true", "all", "bare")]
    model = ["--model", str(folder / "tiny.json"), "--batch-size", "8", "--learning-rate", "1e-3"]
    truth = ["--truth", str(folder / "truth"), "--out", str(folder / "out")]
    return ["compare", *runs, "--train", "320", "--held-out", "0.3", *model, *truth]


def ended(words: list[str]) -> int:
    with pytest.raises(SystemExit) as end:
        main(words)
    return int(end.value.code or 0)


def test_networks_see_equally_much_and_nothing_that_they_are_judged_by(
    spark: SparkSession, folder: Path, words: list[str]
) -> None:
    assert ended(words) == 0

    out = folder / "out"
    told = json.loads((out / "compare.json").read_text("utf-8"))["trainings"]
    clean, every = told["results"]
    assert [one["name"] for one in told["results"]] == ["true", "all"]
    assert list(told["left_out"]) == ["bare"]
    assert clean["samples_seen"] == every["samples_seen"] == 320
    assert clean["sha256"] != every["sha256"]
    scores = {"auc", "mismatched_left", "image_retrieval_recall@1", "text_retrieval_recall@1"}
    assert clean["scores"].keys() == every["scores"].keys() == scores
    [judged] = (out / "held_out").glob("*/pairs")
    held = pq.read_table(judged)
    assert 2 <= held.num_rows == told["judged"] < SCENES - MISMATCHED
    images = set(held["image"].to_pylist())
    for one, label in ((clean, "true"), (every, "all")):
        trained_on = pq.read_table(out / "networks" / one["network"] / "pairs" / "train")
        seen = {uid.partition("#")[0] for uid in trained_on["uid"].to_pylist()}
        assert len(seen) == one["pairs"], label
        assert not images & set(trained_on["image"].to_pylist())
    held_scenes = SCENES - every["pairs"]
    assert held_scenes >= held.num_rows, "of those some are mismatched, and nobody's"
    assert clean["pairs"] == SCENES - MISMATCHED - held.num_rows
    page = HTMLParser((out / "compare.html").read_text("utf-8"))
    assert "40 steps of 8 pairs" in " ".join(page.css_first("#networks").text().split())
    assert "not trained: its table has no images" in page.css_first("#networks").text()


def test_a_network_that_is_there_is_not_trained_again(
    spark: SparkSession, folder: Path, words: list[str]
) -> None:
    out = folder / "out"
    lines = (out / "results.jsonl").read_text().splitlines()
    assert len(lines) == 2, "one a network; the test above has made them"
    page = (out / "compare.html").read_bytes()
    networks = sorted(out.glob("networks/*/filter.json"))
    times = [path.stat().st_mtime_ns for path in networks]

    assert ended(words) == 0

    assert (out / "results.jsonl").read_text().splitlines() == lines
    assert [path.stat().st_mtime_ns for path in networks] == times
    assert (out / "compare.html").read_bytes() == page


def test_sets_without_images_take_those_that_are_given_and_any_table_judges(
    spark: SparkSession, folder: Path, tmp_path: Path, words: list[str]
) -> None:
    rows = drawn(SCENES, MISMATCHED)
    images = write(tmp_path / "images", [
        {"url": each["url"], "image": each["image"]} for each in rows[:-5]
    ])  # fmt: skip
    judged = write(tmp_path / "judged", [
        {"image": each["image"], "text": each["text"]} for each in rows[-15:]
    ])  # fmt: skip
    colours = tmp_path / "colours"
    for number, colour in enumerate(("red", "blue")):
        (colours / colour).mkdir(parents=True)
        (colours / colour / "0.png").write_bytes(rows[number]["image"])
    out = tmp_path / "out"
    options = words[words.index("--model") : words.index("--truth")]
    asked = ["compare", str(folder / "bare"), "--train", "16", "--out", str(out), *options]

    given = ["--images", images, "--judged", judged, "--evaluate", str(colours)]
    assert ended([*asked, *given]) == 0

    [result] = json.loads((out / "compare.json").read_text())["trainings"]["results"]
    # Of 40 true pairs 5 have no image, and 10 of the others are judged.
    assert result["pairs"] == 25
    assert "colours acc1" in result["scores"]
    assert (result["samples_seen"], len(list(out.glob("networks/*")))) == (16, 1)


def test_the_first_set_that_has_a_pair_gives_its_image(spark: SparkSession) -> None:
    schema = "uid STRING, url STRING, text STRING, image BINARY"
    first = spark.createDataFrame([("u1", "1", "one", b"a")], schema)
    second = spark.createDataFrame([("u1", "1", "one", b"A"), ("u2", "2", "two", b"B"),
                                    ("u3", "3", "three", b"C")], schema)  # fmt: skip
    truth = spark.createDataFrame(
        [("u1", "1", "s1", [], True), ("u2", "2", "s2", [], True), ("u3", "3", "s3", ["x"], True)],
        "uid STRING, url STRING, scene_id STRING, kind ARRAY<STRING>, is_true BOOLEAN",
    )

    held = judged_by_truth([first, second], truth, 1 - 1e-9)

    found = {row.uid: (row.text, bytes(row.image)) for row in held.pairs.collect()}
    assert found == {"u1": ("one", b"a"), "u2": ("two", b"B")}
    assert {row.url for row in held.urls.collect()} == {"1", "2", "3"}
