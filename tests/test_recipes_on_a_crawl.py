"""Every published recipe, as its YAML file says, over the same crawl: from WARC files to shards.

Only what no test can download is put in its place: a small model, and lists of the sample's words;
and images may be fetched from loopback addresses. The
funnels are compared with tests/golden/<recipe>.json; `CRAWL2CLIP_NEW_GOLDEN=1` writes them anew.
"""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml
from pyspark.sql import SparkSession

from crawl2clip.__main__ import main
from crawl2clip.check import check
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import recipe_of
from tests.score.tiny import tiny

RECIPES = Path(__file__).parents[1] / "conf" / "recipes"
GOLDEN = Path(__file__).parent / "golden"
# A model of random weights gives scores whose last digits are the machine's.
BY_THRESHOLD = dict.fromkeys(("laion", "laion400m"), ("score", "shard"))
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
    with pytest.raises(SystemExit) as ended:
        main(["dictionary", "--table", str(folder / "words.parquet"), "--to", dictionary])
    assert ended.value.code == 0
    return {
        "add_knowledge": {"dictionary": dictionary},
        "download_images": LOOPBACK,
        "score_clip": {"model": model.name, "weights": model.weights, "model_config": model.config},
        "match_entries": {"entries": str(sample / "entries.json")},
        "match_entries_by_language": {"entries": str(lists)},
    }


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


@pytest.mark.parametrize("name", ["align", "laion", "laion400m", "metaclip2", "dfn", "klite"])
def test_a_recipe_turns_the_crawl_into_shards(
    spark: SparkSession, sample: Path, at_hand: dict[str, Settings], tmp_path: Path, name: str
) -> None:
    recipe = recipe_of(adapted(name, at_hand), f"{name}.yaml")
    source = Source(f"{sample}/warc.paths.gz")
    check(spark, recipe, source)

    run = Run(recipe, source, str(tmp_path / "run"))
    reports = [run_job(spark, run, job) for job in recipe.jobs]

    found = {
        report.job: {"pairs": [row["pairs"] for row in report.funnel], "problems": report.problems}
        for report in reports
        if report.job not in BY_THRESHOLD.get(name, ())
    }
    path = GOLDEN / f"{name}.json"
    if os.environ.get("CRAWL2CLIP_NEW_GOLDEN"):
        path.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(path.read_text())
    sizes = json.loads((tmp_path / "run" / "shards" / "sizes.json").read_text())
    assert sum(sizes.values()) == reports[-1].pairs
