"""The recipe of the README's first crawl needs no file but the archives."""

import json
from pathlib import Path

import pytest
import yaml
from pyspark.sql import SparkSession

from crawl2clip.check import check
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import load_recipe, recipe_of

RECIPE = Path(__file__).parents[1] / "conf" / "recipes" / "first_crawl.yaml"


def test_no_step_names_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # where nothing lies

    steps = [step for steps in load_recipe(str(RECIPE)).jobs.values() for step in steps]

    named = {getattr(step, setting) for step in steps for setting in step.files}
    assert {name for name in named if name} == {"wordnet"}


def test_it_turns_a_crawl_into_shards(spark: SparkSession, sample: Path, tmp_path: Path) -> None:
    described = yaml.safe_load(RECIPE.read_text("utf-8"))
    # The sample's hosts are on this machine, which a recipe must allow.
    loopback = {"allow_networks": ["127.0.0.0/8"], "timeout_seconds": 2, "max_seconds": 3}
    assert described["jobs"]["fetch"] == ["download_images"]
    described["jobs"]["fetch"] = [{"download_images": loopback}]
    recipe, source = recipe_of(described, RECIPE.name), Source(f"{sample}/warc.paths.gz")
    check(spark, recipe, source)
    run = Run(recipe, source, str(tmp_path / "run"))

    reports = {job: run_job(spark, run, job) for job in recipe.jobs}

    matched, balanced = reports["match"].pairs, reports["balance"].pairs
    assert 0 < reports["shard"].pairs <= balanced < matched
    sizes = json.loads((tmp_path / "run" / "shards" / "sizes.json").read_text("utf-8"))
    assert sum(sizes.values()) == reports["shard"].pairs
