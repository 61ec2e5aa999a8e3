"""A run's folder -> what its page shows. Every aggregate is bounded, whatever the crawl."""

import json
from collections.abc import Mapping, Sequence

from pyspark.sql import SparkSession

from crawl2clip.engine.job_report import JobReport
from crawl2clip.io.redaction import without_secrets
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.report.entries import entries
from crawl2clip.report.finished_jobs import Done, done_jobs
from crawl2clip.report.funnel import funnel_rows
from crawl2clip.report.gallery import gallery
from crawl2clip.report.languages import languages
from crawl2clip.report.problem_kinds import problems
from crawl2clip.report.scores import scores
from crawl2clip.report.shards import shards
from crawl2clip.report.view_model import Page, Provenance


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
            executor=job.report.executor,
            reason=job.report.reason,
            versions=job.report.versions,
            digest=job.report.digest,
            fingerprint=json.dumps(_made_by(job.report), indent=2, ensure_ascii=False),
        )
        for job in done
    )


def _made_by(report: JobReport) -> Mapping[str, object]:
    """The fingerprint, and what was accepted in its place."""
    accepted = {"accepted": report.accepted} if report.accepted else {}
    return {**report.fingerprint, **accepted}
