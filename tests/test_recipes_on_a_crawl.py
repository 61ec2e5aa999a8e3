"""Every published recipe, as its YAML file says, over the same crawl: from WARC files to shards.

Only what no test can download is put in its place: a small model, centres of clusters, and lists
of the sample's words; and images may be fetched from loopback addresses. Recipes that begin in the
same way share the tables of their first jobs, as runs that are resumed do. The funnels are compared
with tests/golden/<recipe>.json; `CRAWL2CLIP_NEW_GOLDEN=1` writes them anew. demo.yaml has its own
tests.
"""

import json
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
import yaml
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.check import check
from crawl2clip.engine.job_report import JobReport
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import recipe_of
from crawl2clip.score.clip.embedding import Embedder
from crawl2clip.score.clip.models import ModelChoice, load
from crawl2clip.score.clip.preprocess import pixels
from crawl2clip.synthetic_web.drawing import draw
from crawl2clip.synthetic_web.encoding import encoded
from crawl2clip.synthetic_web.scenes import random_scene
from tests.score.tiny import Tiny, tiny

RECIPES = Path(__file__).parents[1] / "conf" / "recipes"
GOLDEN = Path(__file__).parent / "golden"
# Jobs whose counts hang on the last digits of scores, which are the machine's: below, each is
# compared with what plain Python makes of the scores.
BY_SCORE = {
    "laion": ("score", "shard"),
    "laion400m": ("score", "shard"),
    "datacomp_clip": ("filter", "shard"),
    "datacomp_image_based": ("score", "shard"),
    "datacomp_intersection": ("filter", "shard"),
    "datacomp_laion2b": ("score", "shard"),
}
LEAST = {"laion400m": 0.3, "datacomp_laion2b": 0.28}
LAION = {"en": 0.28, "multi": 0.26, "nolang": 0.26}
# These have tests of their own.
OTHERS = ("demo", "first_crawl")
NAMES = sorted(path.stem for path in RECIPES.glob("*.yaml") if path.stem not in OTHERS)
LOOPBACK = {"allow_networks": ["127.0.0.0/8"], "timeout_seconds": 2, "max_seconds": 3}

Settings = dict[str, Any]


@pytest.fixture(scope="module")
def at_hand(
    spark: SparkSession, sample: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Settings]:
    """By step, the settings that stand for what is a download."""
    folder = tmp_path_factory.mktemp("at_hand")
    model = tiny(folder, "tiny-a")
    lists = folder / "lists"
    lists.mkdir()
    for code in ("en", "de", "ja"):
        shutil.copy(sample / "entries.json", lists / f"{code}.json")
    entries = json.loads((sample / "entries.json").read_text("utf-8"))
    words = [{"term": word, "gloss": f"what one calls {word}"} for word in entries if len(word) > 2]
    pq.write_table(pa.Table.from_pylist(words), folder / "words.parquet")
    dictionary = str(folder / "dictionary.json")
    run("dictionary", "--table", str(folder / "words.parquet"), "--to", dictionary)
    clusters = target_clusters(model, folder)
    return {
        "assign_cluster": {"centres": str(clusters.with_name("centres.npy"))},
        "keep_clusters": {"clusters": str(clusters)},
        "add_knowledge": {"dictionary": dictionary},
        "download_images": LOOPBACK,
        "score_clip": {"model": model.name, "weights": model.weights, "model_config": model.config},
        "match_entries": {"entries": str(sample / "entries.json")},
        "match_entries_by_language": {"entries": str(lists)},
    }


def run(*command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*command])
    assert ended.value.code == 0


def target_clusters(model: Tiny, folder: Path) -> Path:
    """A list of the clusters, of six, that three pictures stand in; centres.npy lies beside it."""
    loaded = load(model.choice)
    scenes = [random_scene(str(n), Random(n), (48, 48)) for n in range(9)]
    pictures = [encoded(draw(scene, Random(0)), "png") for scene in scenes]
    prepared = np.stack([pixels(picture, [loaded.spec])[0] for picture in pictures])
    found = Embedder(loaded).embed(torch.from_numpy(prepared), loaded.tokenize([""] * 9)).images
    np.save(folder / "centres.npy", found[:6])
    np.save(folder / "targets.npy", found[6:])
    to = folder / "clusters.npy"
    centres = str(folder / "centres.npy")
    run("target-clusters", str(folder / "targets.npy"), "--centres", centres, "--to", str(to))
    return to


def steps_with(steps: list[object], change: Callable[[str, object], object]) -> list[object]:
    named = [(step, {}) if isinstance(step, str) else next(iter(step.items())) for step in steps]  # type: ignore[attr-defined]
    return [{name: change(name, settings)} for name, settings in named]


def adapted(name: str, at_hand: dict[str, Settings]) -> dict[str, Any]:
    """The recipe as parsed YAML, with what is at hand."""

    def change(step: str, settings: object) -> object:
        if step not in at_hand:
            return settings
        given = settings if isinstance(settings, dict) else {}
        ours = at_hand[step]
        if isinstance(given.get("to"), list):  # several models
            ours = {key: [value] * len(given["to"]) for key, value in ours.items()}
        return given | ours

    recipe = yaml.safe_load((RECIPES / f"{name}.yaml").read_text("utf-8"))
    jobs = {job: steps_with(steps or [], change) for job, steps in recipe["jobs"].items()}
    return recipe | {"jobs": jobs}


class Tables:
    """Tables of jobs that some recipe has run, for those that begin in the same way."""

    def __init__(self) -> None:
        self._runs: dict[str, Path] = {}

    def resume(self, run: Run, job: str) -> None:
        """Put the table and the report of the job into the run, if another one has made them."""
        folder = Path(run.folder)
        made = self._runs.setdefault(self._chain(run, job), folder)
        if made != folder:
            shutil.copytree(made / job, folder / job)
            shutil.copy(made / f"{job}.json", folder)

    @staticmethod
    def _chain(run: Run, job: str) -> str:
        jobs = list(run.recipe.jobs.items())
        return repr((run.recipe.read, jobs[: list(run.recipe.jobs).index(job) + 1]))


@pytest.fixture(scope="module")
def tables() -> Tables:
    return Tables()


@pytest.mark.parametrize("name", NAMES)
def test_a_recipe_turns_the_crawl_into_shards(
    spark: SparkSession,
    sample: Path,
    at_hand: dict[str, Settings],
    tables: Tables,
    tmp_path: Path,
    name: str,
) -> None:
    recipe = recipe_of(adapted(name, at_hand), f"{name}.yaml")
    source = Source(f"{sample}/warc.paths.gz")
    check(spark, recipe, source)

    run = Run(recipe, source, str(tmp_path / "run"))
    reports = [run_shared(spark, run, job, tables) for job in recipe.jobs]

    found = {
        report.job: {"pairs": [row["pairs"] for row in report.funnel], "problems": report.problems}
        for report in reports
        if report.job not in BY_SCORE.get(name, ())
    }
    path = GOLDEN / f"{name}.json"
    if os.environ.get("CRAWL2CLIP_NEW_GOLDEN"):
        path.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(path.read_text())
    sizes = json.loads((tmp_path / "run" / "shards" / "sizes.json").read_text())
    assert sum(sizes.values()) == reports[-1].pairs
    if name in BY_SCORE:
        assert in_shards(tmp_path / "run") == sorted(kept(name, tmp_path / "run", at_hand))


def run_shared(spark: SparkSession, run: Run, job: str, tables: Tables) -> JobReport:
    tables.resume(run, job)
    return run_job(spark, run, job)


def rows(table: Path) -> list[dict[str, Any]]:
    """Rows of a job's table that have no problem."""
    found = pq.read_table(table).to_pylist()
    return [row for row in found if row.get("problem") is None]


def in_shards(folder: Path) -> list[str]:
    """The uids of all samples of a run's shards."""
    found = []
    for path in (folder / "shards").glob("*.tar"):
        with tarfile.open(path) as tar:
            about = (tar.extractfile(each) for each in tar if each.name.endswith(".json"))
            found += [json.load(file)["uid"] for file in about if file]
    return sorted(found)


def best(scored: list[dict[str, Any]]) -> set[str]:
    """DataComp's top 30 %: those that reach the score at place int(n * 0.3), from 0 downwards."""
    scores = sorted((row["clip_score"] for row in scored), reverse=True)
    return {row["uid"] for row in scored if row["clip_score"] >= scores[int(len(scores) * 0.3)]}


def near_targets(scored: list[dict[str, Any]], at_hand: dict[str, Settings]) -> set[str]:
    """Those whose nearest centre is in the list of clusters."""
    centres = np.load(at_hand["assign_cluster"]["centres"])
    clusters = np.load(at_hand["keep_clusters"]["clusters"])
    embeddings = np.array([row["image_embedding"] for row in scored], np.float32)
    nearest = (embeddings @ centres.T).argmax(axis=1)
    uids = [row["uid"] for row in scored]
    return {uid for uid, place in zip(uids, nearest, strict=True) if place in clusters}


def english(scored: list[dict[str, Any]]) -> set[str]:
    """English captions of two words and six characters at least."""
    return {
        row["uid"]
        for row in scored
        if row["lang"] == "en" and len(row["text"]) > 5 and len(row["text"].split()) > 1
    }


def embedded(fetched: list[dict[str, Any]], at_hand: dict[str, Settings]) -> list[dict[str, Any]]:
    """The rows with `clip_score` and `image_embedding`, computed here and all at once."""
    settings = at_hand["score_clip"]
    loaded = load(ModelChoice(settings["model"], settings["weights"], settings["model_config"]))
    prepared = np.stack([pixels(row["image"], [loaded.spec])[0] for row in fetched])
    tokens = loaded.tokenize([row["text"] for row in fetched])
    found = Embedder(loaded).embed(torch.from_numpy(prepared), tokens)
    columns = zip(found.scores(), found.images, strict=True)
    return [
        row | {"clip_score": score, "image_embedding": vector}
        for row, (score, vector) in zip(fetched, columns, strict=True)
    ]


def kept(name: str, folder: Path, at_hand: dict[str, Settings]) -> set[str]:
    """The uids that a recipe of BY_SCORE should keep, worked out from its own earlier tables."""
    if BY_SCORE[name][0] == "filter":
        scored = rows(folder / "score")
        if name == "datacomp_clip":
            return best(scored)
        return best(scored) & english(scored) & near_targets(scored, at_hand)
    scored = embedded(rows(folder / "fetch"), at_hand)
    if name == "datacomp_image_based":
        return near_targets(scored, at_hand)
    if name == "laion":  # both of its models are the same here
        return {row["uid"] for row in scored if row["clip_score"] >= LAION[row["laion_split"]]}
    return {row["uid"] for row in scored if row["clip_score"] >= LEAST[name]}
