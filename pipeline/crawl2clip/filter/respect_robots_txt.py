"""Sites that let no robot have their images."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from crawl2clip.filter.robots.robots_archives import Capture, captures
from crawl2clip.filter.robots.robots_txt import allows
from crawl2clip.io import manifest
from crawl2clip.io.redaction import guarded
from crawl2clip.stage import Stage, is_problem, stage

_CAPTURES = "url STRING, at DOUBLE, rules STRING, moved_to STRING, problem STRING"
# From http to https to www is common. The RFC (2.3.1.2) asks for five, each a shuffle.
_HOPS = 2
_BATCH = 200  # captures handed over at once: 100 MB where sites do their worst
_KINDS = (pa.string(), pa.float64(), pa.string(), pa.string(), pa.string())


@stage
class RespectRobotsTxt(Stage):
    """Keep pairs whose image the site's robots.txt, as the crawl met it, lets `agents` have.

    archives: the crawl's own robotstxt archives; a glob, or a list of paths, one a line, such as
    Common Crawl's robotstxt.paths.gz. base: where relative paths of a list start, if not at the
    list's folder: https://data.commoncrawl.org for that one. Archives are read as those of pages
    are, with retries and resumed downloads. A job notices that a list, or a file that a glob
    matches, has changed. A missing or broken archive is a row with its `problem`.

    agents: a pair stays if all of them are allowed. Each is judged as RFC 9309 has it: by the group
    that names it, else by the one for '*'. '*' itself is a robot that nobody names; instead of it
    give the name you crawl by, and beside it others, CCBot say, whose bans you mean to respect too.
    by: the addresses that must be allowed; with page_url, where Common Crawl was allowed, those of
    pages too.

    A site is scheme, host and port, and its latest capture decides. All is allowed without one, and
    where the answer was not 200: the RFC (2.3.1.4) has a 5xx forbid all as long as it lasts, which
    no archive can tell. Two redirects are followed, and 500 KiB of a robots.txt are read, as by
    Google.

    Cost: one task per archive, which leaves of each robots.txt what concerns the agents, a few
    hundred bytes; one shuffle of that by address, one for each of two redirects, and one of the
    pairs for each of `by`, or a broadcast where Spark finds the rules small. A worker judges 40,000
    to 200,000 addresses a second, the more the fewer sites they are of.
    """

    reads = ("url",)
    adds = ("problem",)
    files = ("archives",)
    main = "archives"

    archives: str
    agents: tuple[str, ...] = ("*",)
    by: tuple[Literal["url", "page_url"], ...] = ("url",)
    base: str | None = None

    def check(self) -> None:
        if not (self.agents and self.by):
            raise ValueError("agents and by want at least one each: ['*'] and [url], say")
        manifest.paths(self.archives, self.base)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        agents = [agent.strip().lower() for agent in self.agents]
        archives = self._archives(pairs.sparkSession)
        rules = followed(latest(captured(archives, agents)))
        if "problem" not in pairs.columns:
            pairs = pairs.withColumn("problem", F.lit(None).cast("string"))
        # An archive stands among the pairs, so that one join brings it its problem, if it has one.
        asked = pairs.unionByName(archives, allowMissingColumns=True)
        for name in self.by:
            asked = _judged(asked, rules, name, agents)
        return asked.where("_archive is null or problem is not null").drop("_archive")

    def _archives(self, spark: SparkSession) -> DataFrame:
        """A partition for each."""
        paths = manifest.paths(self.archives, self.base)
        # Of an RDD Spark knows no size; of a range it does, takes what comes out of it for small,
        # and broadcasts it without a look.
        rows = spark.sparkContext.parallelize([(path,) for path in paths], len(paths))
        return spark.createDataFrame(rows, "_archive STRING")


def captured(archives: DataFrame, agents: Sequence[str]) -> DataFrame:
    """A row for each capture in the archives; the columns are those of `Capture`."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for path in batch["_archive"].to_pylist():
                yield from _batches(captures(path, agents))

    return archives.mapInArrow(guarded(read), _CAPTURES)


def latest(captured: DataFrame) -> DataFrame:
    """One row for each url: the latest, and among those of one second the greatest."""
    rest = [name for name in captured.columns if name != "url"]
    return captured.groupBy("url").agg(F.max(F.struct(*rest)).alias("last")).select("url", "last.*")


def followed(latest: DataFrame) -> DataFrame:
    """The same, with the rules that redirects lead to; url stays unique.

    What is no redirect leads to itself, for rows without a key would all meet in one task.
    """
    for _ in range(_HOPS):
        there = latest.select(
            F.col("url").alias("_to"), F.struct("rules", "moved_to").alias("there")
        )
        moved = latest.withColumn("_to", F.coalesce("moved_to", "url"))
        latest = moved.join(there, "_to", how="left").select(
            "url",
            F.coalesce("there.rules", "rules").alias("rules"),
            "there.moved_to",
            "problem",
        )
    return latest.select("url", "rules", "problem")


def robots_url(url: Column) -> Column:
    """Where the robots.txt for an address is; something else for what is no address."""
    site = r"(?i)^(https?://)(?:[^/?#@]*@)?([^/?#]+).*$"
    robots = F.lower(F.regexp_replace(url, site, "$1$2/robots.txt"))
    # Addresses from elsewhere may name the port that goes without saying.
    return F.regexp_replace(robots, r"^(http://[^/]+):80/|^(https://[^/]+):443/", "$1$2/")


def _judged(asked: DataFrame, rules: DataFrame, name: str, agents: Sequence[str]) -> DataFrame:
    """Without the pairs whose address is forbidden; archives get their problem."""
    keyed = asked.withColumn("_robots_url", F.coalesce("_archive", robots_url(F.col(name))))
    found = rules.select(
        F.col("url").alias("_robots_url"),
        F.nullif("rules", F.lit("")).alias("_rules"),
        F.col("problem").alias("_problem"),
    )
    joined = keyed.join(found, "_robots_url", how="left")
    stays = is_problem(joined) | _allowed(agents)("_rules", name)
    problem = F.coalesce("problem", F.when(F.col("_archive").isNotNull(), F.col("_problem")))
    return joined.where(stays).withColumn("problem", problem).select(asked.columns)


def _allowed(agents: Sequence[str]) -> Callable[[str, str], Column]:
    """A function of two columns, rules and an address; true where there are no rules."""

    @F.arrow_udf(BooleanType())  # type: ignore[attr-defined, untyped-decorator]
    def allowed(batches: Iterator[tuple[pa.Array, pa.Array]]) -> Iterator[pa.Array]:
        for rules, urls in batches:
            asked = zip(rules.to_pylist(), urls.to_pylist(), strict=True)
            verdicts = [not rule or not url or allows(rule, agents, url) for rule, url in asked]
            yield pa.array(verdicts, pa.bool_())

    function: Callable[[str, str], Column] = allowed
    return function


def _batches(found: Iterable[Capture]) -> Iterator[pa.RecordBatch]:
    left = iter(found)
    while some := list(islice(left, _BATCH)):
        columns = (
            pa.array(column, kind)
            for column, kind in zip(zip(*some, strict=True), _KINDS, strict=True)
        )
        yield pa.RecordBatch.from_arrays(list(columns), names=list(Capture._fields))
