"""Run folders -> what compare.html shows and compare.json holds."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pyspark.sql import DataFrame

from crawl2clip.compare.overlap import Overlap, overlap
from crawl2clip.compare.planted_recall import Planted, planted
from crawl2clip.compare.profile import Profile, profile
from crawl2clip.compare.results import Trainings
from crawl2clip.compare.run_loading import Contestant
from crawl2clip.compare.set_membership import What, members
from crawl2clip.io.files import write_atomically
from crawl2clip.io.redaction import without_secrets
from crawl2clip.match.match_entries import MatchEntries
from crawl2clip.report.funnel import FunnelRow, funnel_rows
from crawl2clip.shared.entry_list import read_entries

FILE = "compare.json"


@dataclass(frozen=True)
class Set:
    """One of those compared. start, end: pairs that the first job read and the last one left.

    digest: of all that its table was made from. crawl: of the archives.
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
    """All of it. planted: None without a truth. trainings: None if none were asked for."""

    sets: tuple[Set, ...]
    overlaps: Mapping[What, Overlap]
    planted: tuple[Planted, ...] | None = None
    trainings: Trainings | None = None
    entries: str = ""

    @property
    def one_crawl(self) -> bool:
        """Whether all were made of the same archives; else overlaps mean little."""
        return len({one.crawl for one in self.sets}) == 1


@dataclass(frozen=True)
class Compared:
    """What is asked. entries: a list to match all captions with; '' for what the sets say."""

    entries: str = ""
    truth: DataFrame | None = field(default=None, repr=False)

    def __call__(
        self, sets: Sequence[Contestant], trainings: Trainings | None = None
    ) -> Comparison:
        """Shuffles a hash of every pair, image and text once; only counts come to the driver."""
        matching = MatchEntries(self.entries) if self.entries else None
        listed = len(read_entries(self.entries)) if self.entries else None
        return Comparison(
            sets=tuple(_told(one, profile(one, matching, listed)) for one in sets),
            overlaps={what: overlap(masks, len(sets)) for what, masks in members(sets).items()},
            planted=None if self.truth is None else planted(sets, self.truth),
            trainings=trainings,
            entries=without_secrets(self.entries),
        )


def write_json(comparison: Comparison, folder: Path) -> None:
    """FOLDER/compare.json, with every number."""
    told = {**asdict(comparison), "one_crawl": comparison.one_crawl}
    text = json.dumps(told, indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(str(folder / FILE), text + "\n")


def _told(one: Contestant, seen: Profile) -> Set:
    return Set(
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
