"""Drop captions with rare words: serial numbers, file names, cache keys."""

from collections.abc import Callable, Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, LongType

from crawl2clip.filter.frequency.sorted_lookup import Hashes
from crawl2clip.filter.frequency.tokenizer import Kind, Split, unlisted_hashes
from crawl2clip.filter.spark.heavy_hitters import drop_keys, hash_of
from crawl2clip.filter.spark.token_columns import Case, Tokens
from crawl2clip.filter.spark.token_counts import of_run, read, tokens_of
from crawl2clip.filter.spark.top_k import Cut, collect_hashes, cuts, token_hash
from crawl2clip.stage import PartOfRun, is_problem, stage


@stage
class RareTokens(PartOfRun):
    """Drop texts that contain a token not among the `most` most frequent of the raw set.

    ALIGN (Jia et al. 2021, sec. 3) keeps the 100 million most frequent unigrams and bigrams, in one
    list, counted before any filter. Tokens with equal counts are ranked by their hash.

    vocabulary: the record (.json) of token counts written by `crawl2clip vocabulary`, of one crawl
    or several. Without it, the tokens in the table of the run's job `raw` are counted, and the
    counts are kept in the run's folder.

    by: the kinds of token that must be in the list. The paper does not say whether a rare bigram is
    enough to drop a text; all its examples have rare unigrams. split, case: the definition of a
    token, see `Tokens`; a vocabulary must have been counted with the same. A text without tokens is
    kept, and so is null.

    Cost: the vocabulary is read and its threshold found first. Its `at_hand` most frequent tokens,
    8 bytes each, are broadcast and decide nearly all texts without a shuffle, or all if the list is
    no longer than that. Otherwise: two shuffles of the tokens that were not broadcast, 16 bytes per
    occurrence, and one of whole rows if more than a million texts are dropped; steps before it in
    the same job then run twice.
    """

    reads = ("text",)
    files = ("vocabulary",)
    main = "most"

    most: int = 100_000_000
    vocabulary: str | None = None
    raw: str = "extract"
    by: tuple[Kind, ...] = ("unigrams",)
    split: Split = "blanks"
    case: Case = "folded"
    at_hand: int = 4_000_000

    @property
    def tokens(self) -> Tokens:
        return Tokens(self.split, self.case)

    def check(self) -> None:
        if self.most < 1 or self.at_hand < 0:
            raise ValueError("most must be 1 or more, and at_hand 0 or more")
        if not self.by:
            raise ValueError("by needs at least one kind of token: [unigrams], say")
        if self.vocabulary is not None and tokens_of(self.vocabulary) != self.tokens:
            there = tokens_of(self.vocabulary)
            as_there = f"split: {there.split}, case: {there.case}"
            raise ValueError(f"{self.vocabulary} was counted with {as_there}: give the same")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        counts = self._counts(pairs.sparkSession)
        if counts is None:
            missing = F.lit(f"{self}: the run has no table {self.raw}, whose tokens it could count")
            return pairs.where(F.raise_error(missing).cast("boolean"))
        listed, head = cuts(counts, self.most, self.at_hand)
        beyond = hashes_beyond_head(pairs, self.tokens, self.by, collect_hashes(counts, head))
        if listed == head:
            return pairs.where(F.size(beyond) == 0)
        return drop_keys(pairs, hash_of(pairs, "text"), rare_texts(pairs, beyond, counts, listed))

    def _counts(self, spark: SparkSession) -> DataFrame | None:
        """Return each token's count; None if there is no run yet, or it has no table to count."""
        if self.vocabulary:
            return read(spark, self.vocabulary)
        run = self.needed_run()
        return of_run(spark, run, self.raw, self.tokens) if run.folder else None


def rare_texts(pairs: DataFrame, beyond: Column, counts: DataFrame, listed: Cut) -> DataFrame:
    """Return (key, count): hashes of the texts that contain an unlisted token, and their frequency.

    beyond: hashes of the tokens of a text that were not broadcast. None of them is frequent, so the
    shuffle by token is not skewed.
    """
    asked = pairs.select(hash_of(pairs, "text").alias("key"), F.explode(beyond).alias("token"))
    known = counts.where(listed.holds()).select(token_hash().alias("token"))
    rare = asked.join(known, "token", how="left_anti")
    return rare.groupBy("key").agg(F.count("*").alias("count"))


def hashes_beyond_head(
    pairs: DataFrame, tokens: Tokens, kinds: tuple[Kind, ...], head: Hashes
) -> Column:
    """Return the hashes of a text's tokens that are not in `head`, which is broadcast.

    An empty list for null and for rows with a problem.
    """
    shared = pairs.sparkSession.sparkContext.broadcast(head)

    @F.arrow_udf(ArrayType(LongType()))  # type: ignore[attr-defined, untyped-decorator]
    def not_in_head(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for texts in batches:
            yield unlisted_hashes(texts, tokens.split, kinds, shared.value)

    function: Callable[[Column], Column] = not_in_head
    return function(F.when(~is_problem(pairs), tokens.cased(F.col("text"))))
