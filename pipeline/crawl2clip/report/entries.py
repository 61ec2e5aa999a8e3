"""Compare the entries that captions match before and after balancing."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from crawl2clip.balance.balance_entries import BalanceEntries
from crawl2clip.balance.probabilities.entry_counts import FILE, ONE_LIST, read_counts
from crawl2clip.balance.spark.entry_counting import count_entries
from crawl2clip.engine import fingerprint
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.match.matcher.entry_lists import read_lists
from crawl2clip.match.spark.base import Matching
from crawl2clip.report.finished_jobs import FinishedJob
from crawl2clip.report.view_model import Entries, Series, TopEntry
from crawl2clip.shared.entry_list import read_entries

MOST = 20
POINTS = 120  # per curve: more than its width can resolve
LETTERS = 80

Counts = NDArray[np.int64]


def entries(done: Sequence[FinishedJob]) -> Entries | None:
    """Return the counts of matched entries; None if no table has any.

    The driver holds one count per entry of the lists and table, as balancing itself does.
    """
    jobs = [job for job in done if job.having("entry_ids") is not None]
    chosen = _chosen(jobs)
    tables = [count_entries(pairs).by_lang for job in chosen if (pairs := job.having("entry_ids"))]
    lists, texts = _lengths(tables), _texts(done)
    counts = [_padded(table, lists) for table in tables]
    if not counts or not len(counts[0]):
        return None
    names = list(_names(lists, texts))
    top = np.argsort(-counts[0], kind="stable")[:MOST].tolist()
    return Entries(
        series=tuple(_series(job.job, of_job) for job, of_job in zip(chosen, counts, strict=True)),
        top=tuple(
            TopEntry(names[i], tuple(int(of_job[i]) for of_job in counts))
            for i in top
            if counts[0][i]
        ),
        t=_threshold(done),
        listed=sum(map(len, texts.values())) or None,
    )


def _chosen(jobs: Sequence[FinishedJob]) -> list[FinishedJob]:
    """Return the job before balancing, the balancing itself and the last, each once.

    Without balancing, the first and the last.
    """
    if not jobs:
        return []
    wanted = [jobs[0], jobs[-1]]
    for before, job in pairwise(jobs):
        if any(isinstance(step, BalanceEntries) for step in job.steps):
            wanted = [before, job, jobs[-1]]
    return list({job.job: job for job in wanted}.values())


def _lengths(tables: Sequence[Mapping[str, Counts]]) -> dict[str, int]:
    """Return the length of each list's ids; a table's counts end at the largest one it holds."""
    langs = sorted({lang for table in tables for lang in table})
    return {lang: max(len(table.get(lang, ())) for table in tables) for lang in langs}


def _padded(table: Mapping[str, Counts], lists: Mapping[str, int]) -> Counts:
    """Return the counts of all lists in a row, padded to equal lengths in all tables."""
    none = np.zeros(0, np.int64)
    parts = [(table.get(lang, none), length) for lang, length in lists.items()]
    return np.concatenate([none, *(np.pad(part, (0, n - len(part))) for part, n in parts)])


def _series(job: str, counts: Counts) -> Series:
    ordered = np.sort(counts[counts > 0])[::-1]
    matched = len(ordered)
    ranks = np.unique(np.geomspace(1, max(matched, 1), POINTS).round().astype(int))[:matched]
    points = tuple((int(rank), int(ordered[rank - 1])) for rank in ranks)
    return Series(job, matched, points)


def _texts(done: Sequence[FinishedJob]) -> dict[str, list[str]]:
    """Return the lists that the run matched with, by language.

    Empty if they are gone or have changed.
    """
    for job in done:
        for step in job.steps:
            if isinstance(step, Matching):
                then, now = job.report.fingerprint, fingerprint.of_job(job.steps, {})
                if then.get("files") != now["files"]:
                    return {}
                if isinstance(step, MatchEntries):
                    return {ONE_LIST: read_entries(step.entries)}
                return read_lists(step.entries)
    return {}


def _names(lists: Mapping[str, int], texts: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Yield each entry's name in the order of counts, with its language if there are several."""
    for lang, length in lists.items():
        known = texts.get(lang, ())
        after = f" [{lang}]" if lang != ONE_LIST else ""
        for number in range(length):
            name = known[number][:LETTERS] if number < len(known) else f"#{number}"
            yield name + after


def _threshold(done: Sequence[FinishedJob]) -> int | None:
    """Return the t of the balancing, given or computed; None if there is none or it is lost."""
    steps = [(job, s) for job in done for s in job.steps if isinstance(s, BalanceEntries)]
    if not steps:
        return None
    job, step = steps[0]
    if step.t is not None:
        return step.t
    try:
        found = read_counts(f"{job.report.table.rpartition('/')[0]}/{FILE}").thresholds
    except ValueError:
        return None
    return round(found[ONE_LIST]) if ONE_LIST in found else None
