"""Make the rare concepts count as much as the frequent ones."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from pipeline.balance.probabilities import Floats, entry_probs, keep_probs
from pipeline.schema import COLUMNS
from pipeline.stage import Stage, is_problem, stage


@stage
class BalanceEntries(Stage):
    """Keep each pair with the probability that one of its entries lets it through; add that.

    An entry that n pairs match lets each through with min(1, t / n), so entries below t keep all
    of theirs, and those above keep about t. MetaCLIP (Xu et al. 2023, algorithm 1): t = 20,000 for
    400M pairs out of 1.6B, 170,000 for 2.5B out of 10.7B. Pairs without entries are dropped.

    The draw is a hash of (uid, seed) against the closed form, the same law as the paper's draw for
    each entry: so the result depends on nothing else, and what t keeps, a larger t keeps too.

    Cost: one shuffle of entry counts, (entry, count) per entry and task; the driver collects one
    count per entry of the list, whatever the size of the crawl. Steps before it in the same job run
    twice, so give it a job of its own.
    """

    reads = ("uid", "entry_ids")
    adds = ("keep_prob",)

    t: int = 20_000
    seed: int = 0

    def check(self) -> None:
        if self.t < 1:
            raise ValueError(f"t is a number of pairs, 1 or more, not {self.t}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        chance = pairs.withColumn("keep_prob", keep_prob(pairs, self.t))
        return chance.where((draw(self.seed) < F.col("keep_prob")) | is_problem(pairs))


def draw(seed: int) -> Column:
    """A number in [0, 1) for each uid, uniform, the same wherever and whenever it is drawn."""
    return F.pmod(F.xxhash64("uid", F.lit(seed)), F.lit(2**52)) / F.lit(float(2**52))


def keep_prob(pairs: DataFrame, t: int) -> Column:
    """`keep_probs` of `entry_ids`, from counts over all the pairs, which are counted here."""
    shared = pairs.sparkSession.sparkContext.broadcast(entry_probs(entry_counts(pairs), t))

    @F.arrow_udf(COLUMNS["keep_prob"][0])  # type: ignore[attr-defined, untyped-decorator]
    def chance(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        probs: Floats = shared.value
        for ids in batches:
            lists = pa.compute.fill_null(ids, pa.scalar([], ids.type))
            starts = lists.offsets.to_numpy().astype(np.int64)
            flat = lists.values.slice(starts[0], starts[-1] - starts[0]).to_numpy()
            yield pa.array(keep_probs(flat, starts - starts[0], probs))

    probability: Column = chance("entry_ids")
    return probability


def entry_counts(pairs: DataFrame) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Pairs per entry, (largest id that occurs + 1,). Starts a Spark job."""
    ids = pairs.select(F.explode("entry_ids").alias("id"))
    counted = ids.groupBy("id").count().toArrow()
    index = counted["id"].to_numpy()
    counts = np.zeros(int(index.max()) + 1 if len(index) else 0, np.int64)
    counts[index] = counted["count"].to_numpy()
    return counts
