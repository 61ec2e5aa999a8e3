"""Compare sets of pairs by funnels, overlaps, profiles and trained networks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from pyspark.sql import DataFrame

from crawl2clip.compare.overlap import Overlap, overlap
from crawl2clip.compare.planted_recall import PlantedKind, planted_recall
from crawl2clip.compare.profile import Profile, profile
from crawl2clip.compare.results import TrainingResults
from crawl2clip.compare.run_loading import ComparedRun
from crawl2clip.compare.set_membership import What, count_memberships
from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import without_secrets
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.report.funnel import FunnelRow, funnel_rows
from crawl2clip.shared.entry_list import read_entries

FILE = "compare.json"


@dataclass(frozen=True)
class ComparedSet:
    """A compared set. start, end: pairs that the first job read and the last one left.

    digest: of everything that its table depends on. crawl: of the archives.
    """

    name: str
    recipe: str
    folder: str
    job: str
    start: int
    end: int
    jobs: Mapping[str, int]  # pairs after each
    steps: tuple[FunnelRow, ...]
    profile: Profile
    digest: str
    crawl: str


@dataclass(frozen=True)
class Comparison:
    """The result of a comparison.

    Planted: None without a truth. trainings: None if none were requested.
    """

    sets: tuple[ComparedSet, ...]
    overlaps: Mapping[What, Overlap]
    planted: tuple[PlantedKind, ...] | None = None
    trainings: TrainingResults | None = None
    entries: str = ""

    @property
    def one_crawl(self) -> bool:
        """Return whether all sets come from the same archives; if not, overlaps mean little."""
        return len({one.crawl for one in self.sets}) == 1


def compare_sets(
    sets: Sequence[ComparedRun],
    entries: str = "",
    truth: DataFrame | None = None,
    trainings: TrainingResults | None = None,
) -> Comparison:
    """Compare the sets of several runs.

    entries: a list to match all captions with; '' uses the sets' own matches. truth: the table of
    what the synthetic web planted. trainings: results of networks, to include. Shuffles a hash of
    every pair, image and text once; only counts come to the driver.
    """
    matching = MatchEntries(entries) if entries else None
    listed = len(read_entries(entries)) if entries else None
    return Comparison(
        sets=tuple(_compared_set(one, profile(one, matching, listed)) for one in sets),
        overlaps={
            what: overlap(masks, len(sets)) for what, masks in count_memberships(sets).items()
        },
        planted=None if truth is None else planted_recall(sets, truth),
        trainings=trainings,
        entries=without_secrets(entries),
    )


def write_json(comparison: Comparison, folder: Path) -> None:
    """Write FOLDER/compare.json, with every number."""
    told = {**asdict(comparison), "one_crawl": comparison.one_crawl}
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(str(folder / FILE), text + "\n")


def _compared_set(one: ComparedRun, seen: Profile) -> ComparedSet:
    return ComparedSet(
        name=one.name,
        recipe=one.reports[0].recipe,
        folder=without_secrets(one.folder),
        job=one.job,
        start=int(one.reports[0].funnel[0]["pairs"]),
        end=one.reports[-1].pairs,
        jobs={report.job: report.pairs for report in one.reports},
        steps=funnel_rows(one.reports),
        profile=seen,
        digest=one.digest,
        crawl=one.crawl,
    )
