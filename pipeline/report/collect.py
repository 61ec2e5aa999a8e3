"""A run's folder -> what its page shows. Every aggregate is bounded, whatever the crawl."""

import json
from collections.abc import Sequence

from pyspark.sql import SparkSession

from pipeline import fingerprint
from pipeline.recipe import Recipe, RecipeError
from pipeline.redaction import without_secrets
from pipeline.report.done import Done, done_jobs
from pipeline.report.entries import entries
from pipeline.report.funnel import funnel_rows
from pipeline.report.gallery import gallery
from pipeline.report.languages import languages
from pipeline.report.page import Page, Provenance
from pipeline.report.problems import problems
from pipeline.report.scores import scores
from pipeline.report.shards import shards


def collect(spark: SparkSession, recipe: Recipe, folder: str) -> Page:
    """Raises RecipeError if no job of the recipe is done."""
    done = done_jobs(spark, recipe, folder)
    if not done:
        raise RecipeError(f"{folder} holds no finished job of {recipe.name}: run it first")
    return Page(
        recipe=recipe.name,
        paper=recipe.paper,
        folder=without_secrets(folder.rstrip("/")),
        started=min(job.report.started for job in done),
        seconds=sum(job.report.seconds for job in done),
        funnel=funnel_rows([job.report for job in done]),
        languages=languages(done),
        entries=entries(done),
        scores=scores(done),
        gallery=gallery(done),
        problems=problems(done),
        shards=shards(done),
        provenance=_provenance(done),
    )


def _provenance(done: Sequence[Done]) -> tuple[Provenance, ...]:
    return tuple(
        Provenance(
            job=job.job,
            started=job.report.started,
            steps=tuple(job.report.fingerprint.get("steps", ())),
            versions=job.report.versions,
            digest=fingerprint.digest(job.report.fingerprint),
            fingerprint=json.dumps(job.report.fingerprint, indent=2, ensure_ascii=False),
        )
        for job in done
    )
