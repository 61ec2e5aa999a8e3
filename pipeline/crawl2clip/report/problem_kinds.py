"""Summarise what could not be read or fetched, by kind of problem."""

from collections import defaultdict
from collections.abc import Sequence

from pyspark.sql import Row
from pyspark.sql import functions as F

from crawl2clip.io.redaction import redacted, without_secrets
from crawl2clip.problems import LONGEST_KIND
from crawl2clip.report.finished_jobs import FinishedJob
from crawl2clip.report.view_model import Example, Problem, Problems

KINDS = 20  # of each job
EXAMPLES = 3
LETTERS = 200
BUCKETS = 8  # of a kind's rows by hash, an example from each: enough that three seldom share one
PLACES = ("url", "page_url", "warc_file")  # what may say where a problem is; the first that does


def problems(done: Sequence[FinishedJob]) -> Problems | None:
    """Return the most frequent kinds of problems with examples; None if there are no problems."""
    shown = tuple(problem for job in done for problem in _of_job(job))
    more = sum(max(0, len(job.report.problems) - KINDS) for job in done)
    return Problems(shown, more) if shown else None


def _of_job(job: FinishedJob) -> list[Problem]:
    top = sorted(job.report.problems.items(), key=lambda kind: (-kind[1], kind[0]))[:KINDS]
    examples: dict[str, list[Example]] = defaultdict(list)
    for row in _examples(job, [kind for kind, _ in top]):
        if len(examples[row["kind"]]) < EXAMPLES:
            detail = row["problem"].removeprefix(row["kind"]).lstrip(": ")
            example = Example(redacted(detail), without_secrets(row["place"] or ""))
            examples[row["kind"]].append(example)
    return [Problem(job.job, kind, rows, tuple(examples[kind])) for kind, rows in top]


def _examples(job: FinishedJob, kinds: list[str]) -> list[Row]:
    """Return at most BUCKETS rows of each kind, the same each time.

    The smallest row of each bucket rather than the smallest of all: that is an aggregate, which
    each task reduces to a few rows; the other would sort every row with a problem.
    """
    if job.table is None or "problem" not in job.table.columns or not kinds:
        return []
    there = [F.col(name) for name in PLACES if name in job.table.columns]
    bad = job.table.where("problem is not null").select(
        F.left(F.substring_index("problem", ":", 1), F.lit(LONGEST_KIND)).alias("kind"),
        F.left("problem", F.lit(LETTERS)).alias("problem"),
        F.left(F.coalesce(*there, F.lit("")), F.lit(LETTERS)).alias("place"),
    )
    bucket = F.pmod(F.xxhash64("problem", "place"), F.lit(BUCKETS)).alias("bucket")
    least = F.min(F.struct("problem", "place")).alias("least")
    found = bad.where(F.col("kind").isin(kinds)).groupBy("kind", bucket).agg(least)
    return (
        found.select("kind", "least.*").orderBy("kind", "bucket").limit(KINDS * BUCKETS).collect()
    )
