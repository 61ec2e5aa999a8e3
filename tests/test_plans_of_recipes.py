"""How the published recipes run: by which executor, with which conditions, and in a preview."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

import pytest
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StructField, StructType

from crawl2clip.check import after, check
from crawl2clip.cli.preview import preview
from crawl2clip.engine.job_input import without_problems
from crawl2clip.engine.job_report import JobReport
from crawl2clip.engine.plan import JobPlan, markdown
from crawl2clip.engine.run import Run
from crawl2clip.engine.source import no_pairs
from crawl2clip.engine.worker_executor import arrow_schema
from crawl2clip.enrich.add_knowledge import AddKnowledge
from crawl2clip.recipe import Recipe, load_recipe
from crawl2clip.schema import columns
from crawl2clip.score.score_clip import ScoreClip
from crawl2clip.shared.run_context import CHECK_ONLY
from crawl2clip.spark.arrow_conditions import translated
from crawl2clip.spark.arrow_step import NeedsSpark
from crawl2clip.stage import Filter, Stage
from tests.score.tiny import Tiny, tiny
from tests.side_files import write_side_files

FOLDER = Path(__file__).parents[1] / "conf" / "recipes"
PAGE = Path(__file__).parents[1] / "pipeline" / "README.md"
TABLE = re.compile(r"(?<=<!-- executors -->\n).*(?=\n<!-- /executors -->)", re.DOTALL)
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))

Recipes = dict[str, Recipe]


@pytest.fixture(scope="module")
def recipes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recipes]:
    folder = tmp_path_factory.mktemp("side_files")
    write_side_files(folder)
    model = tiny(folder, "tiny-a")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        found = {name: load_recipe(str(FOLDER / f"{name}.yaml")) for name in NAMES}
        yield {name: with_model(recipe, model) for name, recipe in found.items()}


def with_model(recipe: Recipe, model: Tiny) -> Recipe:
    """The recipe with a network that need not be downloaded."""

    def small(step: Stage) -> Stage:
        if isinstance(step, AddKnowledge):  # read by the JVM, whose folder stays the same
            return replace(step, dictionary=str(Path(step.dictionary).absolute()))
        if not isinstance(step, ScoreClip):
            return step
        names = (model.name, model.weights, model.config)
        models, weights, configs = ((name,) * len(step.choices()) for name in names)
        to = (step.to,) if isinstance(step.to, str) else step.to
        return replace(step, model=models, weights=weights, model_config=configs, to=to)

    jobs = {job: tuple(map(small, steps)) for job, steps in recipe.jobs.items()}
    return replace(recipe, jobs=jobs)


@pytest.fixture(scope="module")
def plans(spark: SparkSession, recipes: Recipes) -> dict[str, dict[str, JobPlan]]:
    return {name: check(spark, recipe) for name, recipe in recipes.items()}


def test_each_job_has_the_executor_that_the_table_says(
    plans: dict[str, dict[str, JobPlan]],
) -> None:
    rows = [(name, job, plan) for name, of in plans.items() for job, plan in of.items()]
    found, page = markdown(rows), PAGE.read_text("utf-8")
    if os.environ.get("CRAWL2CLIP_NEW_GOLDEN"):
        PAGE.write_text(page := TABLE.sub(lambda _: found, page), "utf-8")

    assert TABLE.findall(page) == [found]


@pytest.mark.parametrize("name", [name for name in NAMES if name.startswith(("laion", "datacomp"))])
def test_the_scores_of_laion_and_datacomp_resume(
    plans: dict[str, dict[str, JobPlan]], name: str
) -> None:
    score = plans[name].get("score")

    assert score is None or (score.executor, score.warning) == ("worker", None)


def test_a_download_that_can_not_resume_is_warned_of(plans: dict[str, dict[str, JobPlan]]) -> None:
    fetch = plans["laion"]["fetch"]

    assert str(fetch) == "Spark executor: step 1, download_images, needs a shuffle"
    assert fetch.warning == (
        "it can't resume: if it is stopped, every image is downloaded again, unless `store` is set"
    )


def filters(recipes: Recipes) -> dict[str, Filter]:
    """The filters of all recipes, each once."""
    return {
        str(step): step
        for recipe in recipes.values()
        for steps in recipe.jobs.values()
        for step in steps
        if isinstance(step, Filter)
    }


# Those with `lower` and regular expressions, whose letters and classes are the JVM's.
ONLY_SPARK = ("regexp_extract(url", "lower(url) rlike")
SCHEMA = columns(
    *(
        "uid",
        "url",
        "text",
        "lang",
        "laion_split",
        "original_width",
        "original_height",
        "entry_ids",
    ),
    *("original_bytes", "original_format", "clip_score", "image_cluster", "problem"),
).add("multilingual_score", "float")


@pytest.fixture(scope="module")
def table(spark: SparkSession) -> DataFrame:
    """Values on both sides of each rule's limits, and at them, with nulls and NaN."""
    scores = [None, math.nan, 0.26, 0.28, 0.3, 0.2799999, -math.inf]
    sizes = [None, 199, 200, 201, 600, 603, 700_000_000]
    texts = [None, "", "a dog", "dogs", "😀😀😀😀😀", "a red dog", "w " * 21]
    mixed = zip(product(range(7), repeat=3), range(343), strict=True)
    rows = [
        (
            *(str(n), f"http://a.example/{'x' * (n * 7)}.gif", texts[a]),
            *(["en", "de", None][n % 3], ["en", "multi", "nolang"][b % 3], sizes[b], sizes[c]),
            *([[1], [], None][a % 3], [4999, 5000, None][b % 3], ["JPEG", "GIF", None][c % 3]),
            *(scores[c], [3, 4, None][a % 3], ["http 404", None, None, None][n % 4], scores[b]),
        )
        for (a, b, c), n in mixed
    ]
    return spark.createDataFrame(rows, SCHEMA).coalesce(1).cache()


def test_every_condition_gives_the_same_in_spark_and_in_workers(
    table: DataFrame, recipes: Recipes
) -> None:
    batch = table.toArrow().cast(arrow_schema(table.schema)).combine_chunks().to_batches()[0]
    refused = set()
    there = {shown: step for shown, step in filters(recipes).items() if type(step) is not Filter}
    for shown, step in there.items():
        verdicts = [row[0] for row in table.select(step.stays(table)).collect()]
        try:
            kept = [row for one in step.in_workers(table).work(iter([batch])) for row in one["uid"]]
        except NeedsSpark:
            refused.add(shown)
            continue
        expected = [uid for uid, stays in zip(batch["uid"], verdicts, strict=True) if stays]
        assert kept == expected, shown

    assert all(any(part in shown for part in ONLY_SPARK) for shown in refused)
    assert len(refused) == len(ONLY_SPARK)
    assert len(there) > 15


def test_three_valued_logic_is_kept_beneath_a_filter(table: DataFrame) -> None:
    [step] = (s for s in filters({"x": _laion()}).values() if "laion_split" in str(s))
    batch = table.toArrow().cast(arrow_schema(table.schema)).combine_chunks().to_batches()[0]

    found = translated(table, step.keep()).column(batch).to_pylist()

    assert found == [row[0] for row in table.select(step.keep()).collect()]
    assert {True, False, None} <= set(found)


def _laion() -> Recipe:
    return load_recipe(str(FOLDER / "laion.yaml"))


WITH_FILTERS = [
    (name, job)
    for name in NAMES
    for job in ("language", "filter", "dedup", "match", "fetch", "score")
]


@pytest.mark.parametrize(("name", "job"), WITH_FILTERS)
def test_a_preview_looks_at_any_filter_and_leaves_nothing(
    spark: SparkSession, recipes: Recipes, tmp_path: Path, name: str, job: str
) -> None:
    recipe = recipes[name]
    if not any(isinstance(step, Filter) for step in recipe.jobs.get(job, ())):
        return
    leave_tables(spark, recipe, job, tmp_path)
    there = sorted(tmp_path.rglob("*"))

    step, thrown, kept = preview(spark, Run(recipe, None, str(tmp_path)), job, None, 5)

    assert isinstance(step, Filter)
    assert len(thrown) + len(kept) <= 2
    assert sorted(tmp_path.rglob("*")) == there


def leave_tables(spark: SparkSession, recipe: Recipe, job: str, folder: Path) -> None:
    """What the jobs before leave in the run: a row each, of the columns that there then are."""
    pairs = no_pairs(spark)
    for before, steps in recipe.jobs.items():
        if before == job:
            return
        for number, step in enumerate(steps, 1):
            pairs = after(pairs, step.in_run(CHECK_ONLY), f"{before} {number}").limit(0)
        pairs = without_problems(pairs)
        schema = StructType([StructField(f.name, f.dataType) for f in pairs.schema])
        known = {"uid": "0" * 32, "url": "no address", "text": "a red dog", "lang": "en"}
        spark.createDataFrame([known], schema).write.parquet(str(folder / before))
        report = JobReport(recipe.name, before, "", "", 0, [], {}, {})
        (folder / f"{before}.json").write_text(json.dumps(asdict(report) | {"skipped": False}))
        pairs = spark.createDataFrame([], schema)
