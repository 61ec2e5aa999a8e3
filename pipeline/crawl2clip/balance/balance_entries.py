"""Make the rare concepts count as much as the frequent ones."""

from collections.abc import Mapping
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.balance.probabilities.entry_counts import FILE, EntryCounts, Thresholds, read_counts
from crawl2clip.balance.probabilities.keep_probabilities import Floats, entry_probs
from crawl2clip.balance.probabilities.size_curve import Sizes
from crawl2clip.balance.probabilities.thresholds import Lists, with_size
from crawl2clip.balance.spark.entry_counting import count_entries, entry_counts, keep_prob, sizes
from crawl2clip.balance.spark.sampling import one_text_an_image, weighing, within_caps
from crawl2clip.spark.arrow_step import InWorkers, NeedsSpark
from crawl2clip.spark.draw import draw
from crawl2clip.stage import PartOfRun, is_problem, stage

__all__ = ["BalanceEntries", "draw", "entry_counts"]

T = 20_000


@stage
class BalanceEntries(PartOfRun):
    """Keep each pair with the probability that one of its entries lets it through; add that.

    An entry that n pairs match lets each through with min(1, t / n), so entries below t keep all
    of theirs, and those above keep about t. MetaCLIP (Xu et al. 2023, algorithm 1): t = 20,000 for
    400M pairs out of 1.6B, 170,000 for 2.5B out of 10.7B. Pairs without entries are dropped.

    t: given, 20,000 by default; or found: size is the number of pairs to keep (all if there are
    fewer), met but for rounding; tail_share the share of all matches that entries below t hold,
    6 % in the paper. Where pairs were matched by language, t and size are those of MetaCLIP 2
    (Chuang et al. 2025): the t of `reference` fixes the tail's share, and each other language gets
    the t with the same, at least 1. A language whose counts are too small keeps everything.

    form: 'draw' as in the paper, a hash of (uid, seed) against the closed form, the same law as the
    paper's draw for each entry, so the result depends on nothing else; 'cap' keeps exactly the
    first t of each entry, by the same hash, and what their other entries let through; 'online'
    drops nothing that has a chance, and a loader draws against keep_prob anew each epoch. What t
    keeps, a larger t keeps too, in each form. With 'cap', keep_prob is still that of the draw.

    texts: 'one' keeps one matched text an image (URL), each with the same chance, before the draw;
    entries are counted over all texts (MetaCLIP 2's curation).

    counts: entry counts of other crawls, matched with the same list, which are added to those
    counted here. A run leaves the sum in <run>/entry_counts.parquet, a file of a few megabytes, and
    with it the t's.

    Cost: one shuffle of entry counts, (entry, count) per entry and task; the driver collects one
    count per entry of the list, whatever the size of the crawl. size takes one more pass, over
    the ids alone, with a shuffle of a histogram; 'cap' one with a shuffle of about t draws for each
    frequent entry; 'one' shuffles whole rows by URL. Steps before it in the same job run once more
    for each, so give it a job of its own.
    """

    reads = ("uid", "entry_ids")
    adds = ("keep_prob",)
    files = ("counts",)

    t: int | None = None
    seed: int = 0
    size: int | None = None
    tail_share: float | None = None
    reference: str = "en"
    form: Literal["draw", "cap", "online"] = "draw"
    texts: Literal["all", "one"] = "all"
    counts: str = ""

    def check(self) -> None:
        deciding = {"t": self.t, "size": self.size, "tail_share": self.tail_share}
        given = {name: value for name, value in deciding.items() if value is not None}
        if len(given) > 1:
            raise ValueError(f"{' and '.join(given)} each decide how many stay: give one of them")
        for name, value in given.items():
            if name == "tail_share" and not 0 < value < 1:
                raise ValueError(f"tail_share is between 0 and 1, such as 0.06, not {value}")
            if name != "tail_share" and value < 1:
                raise ValueError(f"{name} is a number of pairs, 1 or more, not {value}")
        if self.counts:
            read_counts(self.counts)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        counts = self.counted(pairs)
        pairs = self.eligible(pairs)
        ts = self._settled(pairs, counts)
        chance = keep_prob(pairs, counts, entry_probs(counts.flat, ts))
        weighed = pairs.withColumn("keep_prob", chance)
        if self.form == "cap":
            keep = within_caps(pairs, counts, ts, draw(self.seed))
        else:
            keep = F.col("keep_prob") > (draw(self.seed) if self.form == "draw" else 0)
        return weighed.where(keep | is_problem(pairs))

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """Where a pair's own entries and draw decide. Raises NeedsSpark for other settings."""
        if self.form == "cap":
            raise NeedsSpark("with form: cap, needs a shuffle of draws")
        if self.texts == "one":
            raise NeedsSpark("with texts: one, needs a shuffle of whole rows by URL")
        counts = self.counted(pairs)
        probs = entry_probs(counts.flat, self._settled(pairs, counts))
        offsets = counts.offsets if "entry_lang" in pairs.columns else None
        return weighing(pairs, probs, self.seed if self.form == "draw" else None, offsets)

    def _settled(self, pairs: DataFrame, counts: EntryCounts) -> Floats:
        """The t of each entry, in order of `counts.flat`; left in the run with the counts."""
        thresholds = self.thresholds(pairs, counts)
        if self.run and self.run.writes:
            EntryCounts(counts.by_lang, counts.listed, thresholds).write(self.run.path(FILE))
        return counts.spread(thresholds)

    def counted(self, pairs: DataFrame) -> EntryCounts:
        """Pairs per entry here and in `counts`. Starts a Spark job."""
        here = count_entries(pairs)
        return here + read_counts(self.counts) if self.counts else here

    def eligible(self, pairs: DataFrame) -> DataFrame:
        """The pairs that may be kept at all."""
        return one_text_an_image(pairs, self.seed) if self.texts == "one" else pairs

    def thresholds(
        self, pairs: DataFrame, counts: EntryCounts, of_t: Mapping[str, Sizes] | None = None
    ) -> Thresholds:
        """The t of each list by language. `size` starts a Spark job, unless given `of_t`."""
        lists = Lists(counts, self.reference)
        if self.tail_share is not None:
            return lists.with_tail(self.tail_share)
        if self.size is None:
            return lists.with_t(self.t or T)
        return with_size(of_t or self.sizes(pairs, counts), self.size, lists.with_t, lists.most)

    def sizes(self, pairs: DataFrame, counts: EntryCounts) -> dict[str, Sizes]:
        """How many of the eligible pairs each t would keep, by list. Starts a Spark job."""
        return sizes(pairs, counts, draw(self.seed))
