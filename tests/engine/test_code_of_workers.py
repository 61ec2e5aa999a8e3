"""Every module of ours that a worker loads for a job is part of the job's fingerprint."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyspark.sql import SparkSession

from crawl2clip.engine import code_closure
from crawl2clip.engine.plan import WORKERS_ALONE
from crawl2clip.engine.run import Run, run_job
from crawl2clip.engine.source import Source
from crawl2clip.recipe import Recipe, recipe_of
from tests.engine.test_code_closure import has_code

# Starts each worker, before it has loaded anything of ours.
RECORDER = """
import os, sys

class Recorder:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == os.environ["RECORD_OF"]:
            with open(os.environ["RECORD_TO"], "a") as file:
                file.write(name + "\\n")

sys.meta_path.insert(0, Recorder())
"""
# They fork workers and collect garbage.
NO_ROWS = {"__init__.py", "engine/pyspark_daemon.py", "shared/gc_freeze.py"}
ROOT = code_closure.own_package().root


def recipe(entries: Path) -> Recipe:
    """Jobs that workers do alone, jobs of Spark's, and with `language` one that can be either."""
    jobs: dict[str, list[object]] = {
        "extract": [],
        "language": ["detect_language"],
        "filter": ["caption_length", "clean_text"],
        "match": [{"match_entries": str(entries)}, "drop_unmatched"],
        "dedup": ["drop_near_duplicate_texts"],
    }
    return recipe_of({"recipe": "r", "read": {"max_problem_share": 1.0}, "jobs": jobs}, "r.yaml")


@pytest.fixture
def recorded(spark: SparkSession, tmp_path: Path) -> Iterator[Path]:
    """A folder; workers write what they load into the file in it that the environment names."""
    (tmp_path / "sitecustomize.py").write_text(RECORDER)
    environment = spark.sparkContext.environment
    environment["PYTHONPATH"] = str(tmp_path)
    environment["RECORD_OF"] = code_closure.PACKAGE
    yield tmp_path
    for name in ("PYTHONPATH", "RECORD_OF", "RECORD_TO"):
        environment.pop(name, None)
    spark.conf.unset(WORKERS_ALONE)


def test_what_workers_load_counts(spark: SparkSession, sample: Path, recorded: Path) -> None:
    archives = Source(str(sample / "warc" / "*.warc.gz"))
    run = Run(recipe(sample / "entries.json"), archives, str(recorded / "run"))
    for job in run.recipe.jobs:
        # Workers with another environment are other processes, which have loaded nothing yet.
        spark.sparkContext.environment["RECORD_TO"] = str(recorded / job)
        spark.conf.set(WORKERS_ALONE, str(job != "language").lower())
        report = run_job(spark, run, job)
        loaded = set(files(recorded / job))

        assert loaded - NO_ROWS <= report.fingerprint["code"].keys(), job
        assert len(loaded) > 3, job


def files(names: Path) -> Iterator[str]:
    """The files with code of the modules of ours among these names."""
    for name in set(names.read_text().splitlines()):
        place = ROOT / name.partition(".")[2].replace(".", "/")
        for path in (place.with_suffix(".py"), place.with_suffix(".c"), place / "__init__.py"):
            if path.is_file() and (path.suffix == ".c" or has_code(path.read_text("utf-8"))):
                yield path.relative_to(ROOT).as_posix()
