"""Build the view model of a run's page; every aggregate is bounded, whatever the crawl."""

import json
from collections.abc import Mapping, Sequence

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from crawl2clip.engine.job_report import JobReport
from crawl2clip.io.redaction import without_secrets
from crawl2clip.recipe import Recipe, RecipeError
from crawl2clip.report.entries import entries
from crawl2clip.report.finished_jobs import FinishedJob, finished_jobs
from crawl2clip.report.funnel import funnel_rows
from crawl2clip.report.gallery import gallery
from crawl2clip.report.languages import languages
from crawl2clip.report.problem_kinds import problems
from crawl2clip.report.scores import scores
from crawl2clip.report.view_model import Provenance, ReportPage, ShardRow, Shards

SHARD_ROWS = 50
PATH_LETTERS = 1_000
SHARD_COLUMNS = ("shard_path", "shard_pairs", "shard_bytes", "shard_sha256")


def collect(spark: SparkSession, recipe: Recipe, folder: str) -> ReportPage:
    """Return the page of a run. Raises RecipeError if no job of the recipe is finished."""
    done = finished_jobs(spark, recipe, folder)
    if not done:
        raise RecipeError(f"{folder} holds no finished job of {recipe.name}: run it first")
    return ReportPage(
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
        shards=_shards(done),
        provenance=_provenance(done),
    )


def _provenance(done: Sequence[FinishedJob]) -> tuple[Provenance, ...]:
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
    """Return the fingerprint, and what was accepted in its place."""
    accepted = {"accepted": report.accepted} if report.accepted else {}
    return {**report.fingerprint, **accepted}


def _shards(done: Sequence[FinishedJob]) -> Shards | None:
    """Return the shards that the run wrote; None if it wrote none."""
    for job in reversed(done):
        table = job.having(*SHARD_COLUMNS)
        if table is not None:
            zero = F.lit(0)
            totals = (F.coalesce(F.sum(name), zero) for name in SHARD_COLUMNS[1:3])
            number, pairs, size = table.agg(F.count("*"), *totals).collect()[0]
            path = F.left("shard_path", F.lit(PATH_LETTERS)).alias("shard_path")
            rows = (
                table.select(path, *SHARD_COLUMNS[1:])
                .orderBy("shard_path")
                .limit(SHARD_ROWS)
                .collect()
            )
            return Shards(number, pairs, size, tuple(ShardRow(*row) for row in rows))
    return None
