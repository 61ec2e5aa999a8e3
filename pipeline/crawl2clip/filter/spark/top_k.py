"""Find the k most frequent tokens of a vocabulary without sorting or collecting it."""

from dataclasses import dataclass

import numpy as np
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.sorted_lookup import Hashes

_BITS = 16  # of the hash, which each pass over the tied tokens settles
_LAST = 2**63 - 1


@dataclass(frozen=True)
class Cut:
    """The end of a list: tokens above `count` are on it, and those at `count` up to `last_hash`."""

    count: int
    last_hash: int = _LAST

    def holds(self) -> Column:
        """Return true for the tokens on the list."""
        tied = (F.col("count") == self.count) & (token_hash() <= self.last_hash)
        return (F.col("count") > self.count) | tied


def token_hash() -> Column:
    """Return the hash by which tokens are compared everywhere.

    With 10^8 tokens on the list and 10^10 off it, 10^18 / 2^64 = 0.05 of the latter are expected to
    share the hash of one on it, and so to pass as frequent.
    """
    return F.xxhash64("token")


def cuts(counts: DataFrame, most: int, at_hand: int) -> tuple[Cut, Cut]:
    """Return the ends of the list of the `most` frequent tokens and of its part to broadcast.

    Tokens with equal counts are ranked by hash. The part is the whole list if that has no more than
    `at_hand` tokens, else its most frequent ones, never more than `at_hand`.

    Starts Spark jobs: a histogram of the counts, which the driver holds (10^12 words have at most
    1.4 million distinct counts), and up to four of hashes that tie at the end, 65,536 numbers each.
    """
    ranks = CountRanks.of(counts)
    listed = _cut(counts, ranks, most)
    if min(most, ranks.rows) <= at_hand:
        return listed, listed
    return listed, Cut(ranks.least_count(at_hand))


@dataclass(frozen=True)
class CountRanks:
    """The distinct values of a table's column `count` in descending order.

    reach: the number of rows with that count or more.
    """

    counts: Hashes
    reach: Hashes

    @classmethod
    def of(cls, table: DataFrame) -> "CountRanks":
        """Collect the distinct counts of a table. Starts a Spark job."""
        tied = table.groupBy("count").agg(F.count("*").alias("rows")).toArrow()
        tied = tied.sort_by([("count", "descending")])
        return cls(tied["count"].to_numpy(), np.cumsum(tied["rows"].to_numpy()))

    @property
    def rows(self) -> int:
        return int(self.reach[-1]) if len(self.reach) else 0

    def fitting(self, most: int) -> int:
        """Return how many of the counts fit, with all their rows, into `most` rows."""
        return int(np.searchsorted(self.reach, most, "right"))

    def least_count(self, most: int) -> int:
        """Return the least count that at most `most` rows reach, or one above all counts."""
        fitting = self.fitting(most)
        return int(self.counts[fitting - 1]) if fitting else _LAST


def _cut(counts: DataFrame, ranks: CountRanks, most: int) -> Cut:
    fitting = ranks.fitting(most)
    left = most - (int(ranks.reach[fitting - 1]) if fitting else 0)
    if fitting == len(ranks.counts):
        return Cut(0)
    if not left:
        return Cut(ranks.least_count(most))
    at = int(ranks.counts[fitting])
    tied = counts.where(F.col("count") == at).select(token_hash().alias("hash"))
    return Cut(at, nth_smallest(tied, left))


def nth_smallest(hashes: DataFrame, n: int) -> int:
    """Return a number that exactly n of the column `hash`'s n or more values do not exceed.

    Radix selection: each pass counts the values by their next 16 bits and continues inside one
    bucket. Equal values at the boundary are taken together.
    """
    inside, chosen = F.lit(True), 0
    for shift in range(64 - _BITS, -1, -_BITS):
        bucket = F.shiftright("hash", shift)  # keeps the sign, so the order too
        found = hashes.where(inside).groupBy(bucket.alias("bucket")).count().toArrow()
        found = found.sort_by("bucket")
        reach = np.cumsum(found["count"].to_numpy())
        place = int(np.searchsorted(reach, n))
        chosen = (found["bucket"][place].as_py() + 1 << shift) - 1
        if reach[place] == n:  # the whole bucket is among them
            break
        n -= int(reach[place - 1]) if place else 0
        inside = bucket == found["bucket"][place].as_py()
    return int(chosen)


def collect_hashes(counts: DataFrame, cut: Cut) -> Hashes:
    """Return the ascending hashes of the tokens on a list small enough to collect."""
    hashes = counts.where(cut.holds()).select(token_hash().alias("hash")).toArrow()
    return np.unique(hashes["hash"].to_numpy())
