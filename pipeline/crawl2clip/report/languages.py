"""Count the languages of captions."""

from collections.abc import Sequence
from itertools import pairwise

from pyspark.sql import functions as F

from crawl2clip.report.finished_jobs import FinishedJob
from crawl2clip.report.view_model import Count, Languages

MOST = 15
LETTERS = 40  # of a language's code


def languages(done: Sequence[FinishedJob]) -> Languages | None:
    """Return the most frequent languages of the first table that has `lang`.

    None if no table has.
    """
    for job in done:
        pairs = job.having("lang")
        if pairs is not None:
            counted = pairs.groupBy(F.left("lang", F.lit(LETTERS)).alias("lang")).count()
            top = counted.orderBy(F.desc("count"), "lang").limit(MOST).collect()
            total = job.report.pairs
            return Languages(
                job=job.job,
                cut_by=_cut_by(job),
                top=tuple(Count(row[0] or "none", row[1], row[1] / total) for row in top),
                others=total - sum(row[1] for row in top),
            )
    return None


def _cut_by(job: FinishedJob) -> tuple[str, ...]:
    """Return the steps after the one that adds `lang` that dropped pairs."""
    adding = {repr(step) for step in job.steps if "lang" in step.adds}
    steps = [entry["step"] for entry in job.report.funnel]
    start = next((place for place, step in enumerate(steps) if step in adding), 0)
    later = job.report.funnel[start:]
    return tuple(
        after["step"] for before, after in pairwise(later) if after["pairs"] < before["pairs"]
    )
