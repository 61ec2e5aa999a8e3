"""Summarise the distribution of model scores, with examples from both ends."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.report.finished_jobs import FinishedJob
from crawl2clip.report.gallery import NEEDS, picked
from crawl2clip.report.view_model import Bucket, Kept, Scores

BUCKETS = 20
PAIRS = 12  # at either end
LETTERS = 300  # of a model's name


def scores(done: Sequence[FinishedJob]) -> tuple[Scores, ...]:
    """Return a summary of each column `x` with a column `x_model`, in the first table that has it.

    Takes three passes over a column of numbers, and reads the images of a few files.
    """
    found: dict[str, FinishedJob] = {}
    for job in done:
        names = set(job.table.columns) if job.table else set()
        for name in sorted(name for name in names if f"{name}_model" in names):
            found.setdefault(name, job)
    told = (_scores(job, name, done) for name, job in found.items())
    return tuple(each for each in told if each)


def _scores(job: FinishedJob, name: str, done: Sequence[FinishedJob]) -> Scores | None:
    scored = job.having(name)
    assert scored is not None, "the table was found by its column"
    scored = scored.where(F.col(name).isNotNull())
    about = scored.agg(
        F.min(name), F.max(name), F.max(F.left(f"{name}_model", F.lit(LETTERS)))
    ).first()
    if about is None or about[0] is None:
        return None
    low, high, model = about
    all_of_them = _counts(scored, _bucket(name, low, high))
    last, kept = _last(name, done)
    stayed = _counts(kept.where(F.col(name).isNotNull()), _bucket(name, low, high))
    width = (high - low) / BUCKETS
    return Scores(
        job=job.job,
        column=name,
        model=model or "",
        kept_by=last.job,
        buckets=tuple(
            Bucket(low + i * width, all_of_them.get(i, 0), stayed.get(i, 0)) for i in range(BUCKETS)
        ),
        highest=_end(scored, name, F.desc(name)),
        lowest=_end(scored, name, F.asc(name)),
    )


def _last(name: str, done: Sequence[FinishedJob]) -> tuple[FinishedJob, DataFrame]:
    """Return the last table that still has the column: what the run kept so far."""
    return next((job, pairs) for job in reversed(done) if (pairs := job.having(name)) is not None)


def _bucket(name: str, low: float, high: float) -> Column:
    """Return the bucket, 0 to BUCKETS - 1; the highest score belongs to the last."""
    if low == high:
        return F.lit(0)
    place = (F.col(name).cast("double") - low) / (high - low) * BUCKETS
    return F.greatest(F.lit(0), F.least(F.floor(place), F.lit(BUCKETS - 1))).cast("int")


def _counts(scored: DataFrame, bucket: Column) -> dict[int, int]:
    """Return the counts by bucket, at most BUCKETS rows."""
    counted = scored.groupBy(bucket.alias("bucket")).count().collect()
    return {row["bucket"]: row["count"] for row in counted}


def _end(scored: DataFrame, name: str, order: Column) -> tuple[Kept, ...]:
    if not {*NEEDS, "image"} <= set(scored.columns):
        return ()
    return picked(scored, PAIRS, (order, F.col("uid")), name)
