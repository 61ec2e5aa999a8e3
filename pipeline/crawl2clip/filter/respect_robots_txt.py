"""Drop pairs whose image the site's robots.txt disallows."""

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
# Redirects from http to https to www are common. The RFC (2.3.1.2) asks for five, each a shuffle.
_HOPS = 2
_BATCH = 200  # captures per batch: at worst 100 MB
_KINDS = (pa.string(), pa.float64(), pa.string(), pa.string(), pa.string())


@stage
class RespectRobotsTxt(Stage):
    """Keep pairs whose image the site's robots.txt, as crawled, allows `agents` to fetch.

    archives: the crawl's own robotstxt archives, as a glob or as a list of paths, one per line,
    such as Common Crawl's robotstxt.paths.gz. base: where the relative paths of a list start, by
    default as for a list of WARC files. Archives are read as those of pages are, with retries and
    resumed downloads. The files of a glob and of a list are part of a job's fingerprint. A missing
    or broken archive becomes a row with its `problem`.

    agents: a pair is kept if all of them are allowed. Each is judged as RFC 9309 prescribes: by the
    group that names it, else by the group for '*'. '*' itself is an agent that no group names;
    replace it with the name of your crawler, and add others, such as CCBot, whose exclusions you
    want to respect too. by: the URLs that must be allowed; with page_url, which Common Crawl was
    allowed to fetch, those of pages too.

    A site is a scheme, host and port, and its latest capture decides. Everything is allowed without
    a capture or if its status was not 200: the RFC (2.3.1.4) lets a 5xx forbid everything as long
    as it lasts, which no archive can tell. Up to two redirects are followed, and 500 KiB of a
    robots.txt are read, as Google does.

    Cost: one task per archive, which reduces each robots.txt to the rules for the agents, a few
    hundred bytes; one shuffle of these by URL, one for each of two redirects, and one of the pairs
    for each of `by`, or a broadcast if Spark finds the rules small enough. A worker judges 40,000
    to 200,000 URLs a second, more if they are of fewer sites.
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
        # Archives are rows among the pairs, so that one join gives each its problem, if it has one.
        asked = pairs.unionByName(archives, allowMissingColumns=True)
        for name in self.by:
            asked = _judged(asked, rules, name, agents)
        return asked.where("_archive is null or problem is not null").drop("_archive")

    def _archives(self, spark: SparkSession) -> DataFrame:
        """Return a table of the archives' paths with one partition for each."""
        paths = manifest.paths(self.archives, self.base)
        # Spark does not know the size of an RDD. It knows that of a range, assumes that whatever is
        # computed from it is small too, and would broadcast the result.
        rows = spark.sparkContext.parallelize([(path,) for path in paths], len(paths))
        return spark.createDataFrame(rows, "_archive STRING")


def captured(archives: DataFrame, agents: Sequence[str]) -> DataFrame:
    """Return a row for each capture in the archives; the columns are those of `Capture`."""

    def read(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            for path in batch["_archive"].to_pylist():
                yield from _batches(captures(path, agents))

    return archives.mapInArrow(guarded(read), _CAPTURES)


def latest(captured: DataFrame) -> DataFrame:
    """Keep one row per url: the latest, and of those in the same second the greatest."""
    rest = [name for name in captured.columns if name != "url"]
    return captured.groupBy("url").agg(F.max(F.struct(*rest)).alias("last")).select("url", "last.*")


def followed(latest: DataFrame) -> DataFrame:
    """Replace rules by those of the redirects' targets; url stays unique.

    A row that is no redirect is joined to itself, as rows with a null key would all meet in one
    task.
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
    """Return the URL of the robots.txt that governs a URL; any string for an invalid URL."""
    site = r"(?i)^(https?://)(?:[^/?#@]*@)?([^/?#]+).*$"
    robots = F.lower(F.regexp_replace(url, site, "$1$2/robots.txt"))
    # URLs of other sources may state the default port.
    return F.regexp_replace(robots, r"^(http://[^/]+):80/|^(https://[^/]+):443/", "$1$2/")


def _judged(asked: DataFrame, rules: DataFrame, name: str, agents: Sequence[str]) -> DataFrame:
    """Drop the pairs whose URL is disallowed, and set the problems of archives."""
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
    """Return a function of two columns, rules and URL; true where there are no rules."""

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
