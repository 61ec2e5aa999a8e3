"""What captions mention, before balancing and after it."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from pipeline import fingerprint
from pipeline.balance.balance_entries import BalanceEntries, entry_counts
from pipeline.match.automaton import read_entries
from pipeline.match.match_entries import MatchEntries
from pipeline.report.done import Done
from pipeline.report.page import Entries, Series, TopEntry

MOST = 20
POINTS = 120  # on a curve: more than its width has steps to show
LETTERS = 80

Counts = NDArray[np.int64]


def entries(done: Sequence[Done]) -> Entries | None:
    """None if no table has matched entries.

    The driver holds one count per entry of the list and table, as balancing itself does.
    """
    jobs = [job for job in done if job.having("entry_ids") is not None]
    chosen = _chosen(jobs)
    counts = _padded([entry_counts(pairs) for job in chosen if (pairs := job.having("entry_ids"))])
    if not counts or not len(counts[0]):
        return None
    texts = _texts(done)
    top = np.argsort(-counts[0], kind="stable")[:MOST]
    return Entries(
        series=tuple(_series(job.job, of_job) for job, of_job in zip(chosen, counts, strict=True)),
        top=tuple(
            TopEntry(_text(texts, i), tuple(int(of_job[i]) for of_job in counts))
            for i in top.tolist()
            if counts[0][i]
        ),
        t=next((s.t for job in done for s in job.steps if isinstance(s, BalanceEntries)), None),
        listed=len(texts) if texts else None,
    )


def _chosen(jobs: Sequence[Done]) -> list[Done]:
    """The job that balancing reads, the balancing itself, and the last, each once.

    Without balancing, the first and the last.
    """
    if not jobs:
        return []
    wanted = [jobs[0], jobs[-1]]
    for before, job in pairwise(jobs):
        if any(isinstance(step, BalanceEntries) for step in job.steps):
            wanted = [before, job, jobs[-1]]
    return list({job.job: job for job in wanted}.values())


def _padded(counts: Sequence[Counts]) -> list[Counts]:
    """All as long as the longest: a table's counts end at the largest id that occurs in it."""
    longest = max(map(len, counts), default=0)
    return [np.pad(of_job, (0, longest - len(of_job))) for of_job in counts]


def _series(job: str, counts: Counts) -> Series:
    ordered = np.sort(counts[counts > 0])[::-1]
    matched = len(ordered)
    ranks = np.unique(np.geomspace(1, max(matched, 1), POINTS).round().astype(int))[:matched]
    points = tuple((int(rank), int(ordered[rank - 1])) for rank in ranks)
    return Series(job, matched, points)


def _texts(done: Sequence[Done]) -> list[str]:
    """The entry list that the run matched with; empty if that has gone or changed since."""
    for job in done:
        for step in job.steps:
            if isinstance(step, MatchEntries):
                then, now = job.report.fingerprint, fingerprint.of_job(job.steps, {})
                return read_entries(step.entries) if then.get("files") == now["files"] else []
    return []


def _text(texts: Sequence[str], number: int) -> str:
    return texts[number][:LETTERS] if number < len(texts) else f"#{number}"
