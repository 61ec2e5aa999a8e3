"""Balance the data over entries, so that rare concepts count as much as frequent ones."""

from collections.abc import Mapping
from typing import Literal

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.balance.probabilities.entry_counts import FILE, EntryCounts, Thresholds, read_counts
from crawl2clip.balance.probabilities.keep_probabilities import Floats, entry_probs
from crawl2clip.balance.probabilities.size_curve import SizeCurve
from crawl2clip.balance.probabilities.thresholds import ThresholdRules, with_size
from crawl2clip.balance.spark.entry_counting import count_entries, entry_counts, keep_prob, sizes
from crawl2clip.balance.spark.sampling import one_text_an_image, weighing, within_caps
from crawl2clip.spark.arrow_step import InWorkers, NeedsSpark
from crawl2clip.spark.draw import draw
from crawl2clip.stage import PartOfRun, is_problem, stage

__all__ = ["BalanceEntries", "draw", "entry_counts"]

T = 20_000


@stage
class BalanceEntries(PartOfRun):
    """Keep each pair with the probability that one of its entries keeps it; add `keep_prob`.

    An entry that n pairs match keeps each with probability min(1, t / n): entries matched fewer
    than t times keep all of their pairs, and those above keep about t. MetaCLIP (Xu et al. 2023,
    algorithm 1): t = 20,000 for 400M pairs out of 1.6B, 170,000 for 2.5B out of 10.7B. Pairs
    without entries are dropped.

    t: the threshold, 20,000 by default. It can also be derived: size is the number of pairs to keep
    (all if there are fewer), met up to rounding; tail_share the share of all matches that entries
    below t hold, 6 % in the paper. Where pairs were matched by language, t and size are those of
    MetaCLIP 2 (Chuang et al. 2025): the t of `reference` determines the tail's share, and each
    other language gets the t with the same share, at least 1. A language whose counts are too small
    keeps everything.

    form: 'draw', as in the paper, compares a hash of (uid, seed) with the closed form of the
    probability, which has the same distribution as the paper's draw per entry, so the result
    depends on nothing else. 'cap' keeps exactly the first t of each entry, by the same hash, and
    what their other entries keep. 'online' keeps every pair with a positive probability, and a data
    loader draws against keep_prob anew each epoch. In each form, a larger t keeps everything that a
    smaller t keeps. With 'cap', keep_prob is still that of the draw.

    texts: 'one' keeps one matched text per image (URL), each with the same chance, before the draw;
    entries are counted over all texts (MetaCLIP 2's curation).

    counts: entry counts of other crawls, matched with the same list, which are added to those
    counted here. A run writes the sum and the thresholds to <run>/entry_counts.parquet, a file of a
    few megabytes.

    Cost: one shuffle of entry counts, (entry, count) per entry and task; the driver collects one
    count per entry of the list, whatever the size of the crawl. size takes one more pass, over the
    ids alone, with a shuffle of a histogram; 'cap' one with a shuffle of about t draws for each
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
        """Return the work that decides by a pair's own entries and draw; else NeedsSpark."""
        if self.form == "cap":
            raise NeedsSpark("with form: cap, needs a shuffle of draws")
        if self.texts == "one":
            raise NeedsSpark("with texts: one, needs a shuffle of whole rows by URL")
        counts = self.counted(pairs)
        probs = entry_probs(counts.flat, self._settled(pairs, counts))
        offsets = counts.offsets if "entry_lang" in pairs.columns else None
        return weighing(pairs, probs, self.seed if self.form == "draw" else None, offsets)

    def _settled(self, pairs: DataFrame, counts: EntryCounts) -> Floats:
        """Return each entry's t, in order of `counts.flat`; write counts and t into the run."""
        thresholds = self.thresholds(pairs, counts)
        if self.run and self.run.writes:
            EntryCounts(counts.by_lang, counts.listed, thresholds).write(self.run.path(FILE))
        return counts.spread(thresholds)

    def counted(self, pairs: DataFrame) -> EntryCounts:
        """Return the number of pairs per entry here and in `counts`. Starts a Spark job."""
        here = count_entries(pairs)
        return here + read_counts(self.counts) if self.counts else here

    def eligible(self, pairs: DataFrame) -> DataFrame:
        """Return the pairs that may be kept at all."""
        return one_text_an_image(pairs, self.seed) if self.texts == "one" else pairs

    def thresholds(
        self, pairs: DataFrame, counts: EntryCounts, of_t: Mapping[str, SizeCurve] | None = None
    ) -> Thresholds:
        """Return the t of each list by language. `size` starts a Spark job, unless given `of_t`."""
        lists = ThresholdRules(counts, self.reference)
        if self.tail_share is not None:
            return lists.with_tail(self.tail_share)
        if self.size is None:
            return lists.with_t(self.t or T)
        return with_size(of_t or self.sizes(pairs, counts), self.size, lists.with_t, lists.most)

    def sizes(self, pairs: DataFrame, counts: EntryCounts) -> dict[str, SizeCurve]:
        """Return how many of the eligible pairs each t would keep, by list. Starts a Spark job."""
        return sizes(pairs, counts, draw(self.seed))
