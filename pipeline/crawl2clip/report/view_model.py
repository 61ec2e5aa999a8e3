"""Define the content of report.html as values."""

from collections.abc import Mapping
from dataclasses import dataclass

from crawl2clip.report.funnel import FunnelRow


@dataclass(frozen=True)
class Count:
    """A value, how often it occurs, and its share of all."""

    name: str
    count: int
    share: float


@dataclass(frozen=True)
class Languages:
    """The most frequent languages of a job's table."""

    job: str
    cut_by: tuple[str, ...]  # later steps of the same job that dropped pairs
    top: tuple[Count, ...]
    others: int  # pairs in languages below those


@dataclass(frozen=True)
class Series:
    """Pairs per entry in a job's table, most frequent first: (rank, pairs), thinned out."""

    job: str
    matched: int  # entries that occur
    points: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class TopEntry:
    """An entry, and the pairs that match it in each table of `Entries.series`."""

    text: str
    counts: tuple[int, ...]

    @property
    def shares(self) -> tuple[float, ...]:
        """Return the counts of the later tables as shares of the first table's."""
        return tuple(count / self.counts[0] for count in self.counts[1:])


@dataclass(frozen=True)
class Entries:
    """Matched entries before balancing, after it, and at the end of the run so far."""

    series: tuple[Series, ...]
    top: tuple[TopEntry, ...]
    t: int | None  # of the recipe's balance_entries
    listed: int | None  # length of the entry list; None if the list has changed since the run


@dataclass(frozen=True)
class Kept:
    """A pair of the last table of pairs."""

    text: str
    lang: str | None
    width: int | None
    height: int | None
    url: str
    page_url: str | None
    thumbnail: bytes | None  # JPEG; None if there is no image yet or it can't be shown
    score: float | None = None


@dataclass(frozen=True)
class Gallery:
    """Some of the pairs that a job left, the same each time."""

    job: str
    pictures: bool  # whether the table has images
    pairs: tuple[Kept, ...]


@dataclass(frozen=True)
class Bucket:
    """The number of pairs with scores from `low` to the next bucket, and of those kept."""

    low: float
    pairs: int
    kept: int


@dataclass(frozen=True)
class Scores:
    """A column of scores in a job's table, and in the last one that has it."""

    job: str
    column: str
    model: str
    kept_by: str
    buckets: tuple[Bucket, ...]
    highest: tuple[Kept, ...]
    lowest: tuple[Kept, ...]


@dataclass(frozen=True)
class Example:
    """The detail and place of one row's problem."""

    detail: str
    place: str


@dataclass(frozen=True)
class Problem:
    """A kind of problem in a job."""

    job: str
    kind: str
    rows: int
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class Problems:
    """The most frequent kinds of each job, and the number of rarer kinds left out."""

    shown: tuple[Problem, ...]
    more: int


@dataclass(frozen=True)
class ShardRow:
    """A row of the shard job's table."""

    path: str
    pairs: int
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Shards:
    """The totals of all shards, and the first of them."""

    number: int
    pairs: int
    bytes: int
    first: tuple[ShardRow, ...]


@dataclass(frozen=True)
class Provenance:
    """The origin of a job's table."""

    job: str
    started: str
    steps: tuple[str, ...]
    executor: str  # that ran the job, and why; empty for reports of earlier releases
    reason: str
    versions: Mapping[str, str]
    digest: str
    fingerprint: str  # as JSON, to read


@dataclass(frozen=True)
class ReportPage:
    """The whole page. A section that is None or empty is left out."""

    recipe: str
    paper: str
    folder: str
    started: str
    seconds: float
    funnel: tuple[FunnelRow, ...]
    languages: Languages | None
    entries: Entries | None
    scores: tuple[Scores, ...]
    gallery: Gallery | None
    problems: Problems | None
    shards: Shards | None
    provenance: tuple[Provenance, ...]

    @property
    def pairs_in(self) -> int:
        return self.funnel[0].pairs

    @property
    def pairs_out(self) -> int:
        return self.funnel[-1].pairs
