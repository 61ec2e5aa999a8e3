"""Keep the best-scoring fraction of all pairs; the threshold depends on the whole set."""

from collections.abc import Iterator
from typing import Literal

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import FloatType, NumericType

from crawl2clip.filter.frequency.nth_largest import (
    Histogram,
    Keys,
    RankedKey,
    exact_count,
    keys,
    nth_largest,
    value_of,
)
from crawl2clip.stage import Stage, is_problem, stage

# Breaks ties between equal scores: pseudo-random, but the same in every run.
_UID_HASH = "xxhash64(uid, 'keep_top')"


@stage
class KeepTop(Stage):
    """Keep the `fraction` of the pairs whose score `by` is highest.

    DFN keeps 0.15 (Fang et al. 2023, sec. 4), DataComp's CLIP filter 0.3. How to round and what to
    do with ties the DFN paper leaves open; for DataComp its code decides.

    rule: `exact` keeps the fraction of the pairs, rounded up; of those that tie at the threshold it
    keeps the ones with the largest hash of uid, and rows with the same uid stay or go together.
    `datacomp` takes the score at rank int(n * fraction), counting from 0 at the top, as the
    threshold and keeps everything that reaches it: one pair more, and all ties. DataComp's code
    fails for a fraction of 1; here that keeps everything.

    Null and NaN are not scores: such a pair becomes a problem, 'no score: ...', is not counted and
    not kept. The threshold is exact, so it does not depend on partitions or row order.

    Cost: reads its input two to four times before the pass that filters, once per 16 bits of the
    score: twice for a float, and again for ties at the threshold. Only histograms of at most 65,536
    buckets are shuffled and collected. Steps before it in the same job run as often, so give it a
    job of its own after the one that computes the score.
    """

    reads = ("uid",)
    adds = ("problem",)
    needs_spark = "reads the pairs several times"

    by: str
    fraction: float
    rule: Literal["exact", "datacomp"] = "exact"

    def check(self) -> None:
        if not 0 < self.fraction <= 1:
            raise ValueError(f"fraction is above 0 and at most 1, not {self.fraction}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        kind = pairs.select(self.by).schema[0].dataType
        if not isinstance(kind, NumericType):
            raise ValueError(f"by needs a column of numbers; {self.by} is {kind}")
        bits = 32 if isinstance(kind, FloatType) else 64
        ranked = self._marked(pairs)
        scored = ranked.where("problem is null")
        last = nth_largest(_histogram(scored.select(_key(self.by, bits))), bits, self._rank)
        keep = self._keep(scored, last, bits) if last else F.lit(False)
        return ranked.where(keep | is_problem(ranked))

    def _marked(self, pairs: DataFrame) -> DataFrame:
        """Add a problem to pairs without a score."""
        old = F.col("problem") if "problem" in pairs.columns else F.lit(None).cast("string")
        score = F.col(self.by)
        lack = F.when(score.isNull(), F.lit(f"no score: {self.by} is null")).when(
            F.isnan(score), F.lit(f"no score: {self.by} is not a number")
        )
        return pairs.withColumn("problem", F.coalesce(old, lack))

    def _rank(self, n: int) -> int:
        """Return the rank of the last of n pairs to be kept, ties aside; 0 is the highest."""
        if self.rule == "datacomp":
            return min(int(n * self.fraction), n - 1)
        return exact_count(n, self.fraction) - 1

    def _keep(self, scored: DataFrame, last: RankedKey, bits: int) -> Column:
        score, cut = F.col(self.by).cast("double"), F.lit(value_of(last.key, bits))
        lacking = last.rank - last.above  # pairs to keep that tie with the last, besides itself
        if self.rule == "datacomp" or lacking + 1 == last.equal:
            return score >= cut
        tied = scored.where(score == cut).select(F.expr(_UID_HASH).alias("key"))
        least = nth_largest(_histogram(tied), 64, lambda ties: lacking)
        assert least is not None, "the tied pairs are there"
        return (score > cut) | (score == cut) & (F.expr(_UID_HASH) >= least.key)


def _key(by: str, bits: int) -> Column:
    """Map the scores to integers of the same order."""

    @F.arrow_udf("long")  # type: ignore[attr-defined, untyped-decorator]
    def key(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for scores in batches:
            yield pa.array(keys(scores.to_numpy(zero_copy_only=False)))

    ordered: Column = key(F.col(by).cast("float" if bits == 32 else "double"))
    return ordered.alias("key")


def _histogram(table: DataFrame) -> Histogram:
    """Return a function that counts keys by bucket in Spark; see `nth_largest`."""

    def counts(shift: int, within: tuple[int, int] | None) -> tuple[Keys, Keys]:
        wanted = table
        if within is not None:
            wanted = table.where(F.shiftright("key", within[1]) == within[0])
        bucket = F.shiftright("key", shift).alias("bucket")
        found = wanted.groupBy(bucket).count().toArrow()
        return found["bucket"].to_numpy(), found["count"].to_numpy()

    return counts
