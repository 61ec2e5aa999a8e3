"""Texts that hold a word nobody else writes: serial numbers, file names, keys of caches."""

from collections.abc import Callable, Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from pyspark.sql.types import ArrayType, LongType

from crawl2clip.filter.frequency.sorted_lookup import Hashes
from crawl2clip.filter.frequency.tokenizer import Kind, Split, lacking
from crawl2clip.filter.spark.heavy_hitters import hash_of, without
from crawl2clip.filter.spark.token_columns import Case, Tokens
from crawl2clip.filter.spark.token_counts import of_run, read, tokens_of
from crawl2clip.filter.spark.top_k import Cut, cuts, held, token_hash
from crawl2clip.stage import PartOfRun, is_problem, stage


@stage
class RareTokens(PartOfRun):
    """Drop texts with a token that is not among the `most` most frequent of the raw set.

    ALIGN (Jia et al. 2021, sec. 3): the 100 million most frequent unigrams and bigrams, in one
    list, of the set before any filter. Tokens of the same count are listed in order of their hash.

    vocabulary: receipt of counts that `crawl2clip vocabulary` made, of one crawl or many. Without
    it the tokens in the table of the run's job `raw` are counted, and kept in the run's folder.

    by: tokens that must be on the list. The paper leaves open whether a rare bigram is enough to
    drop a text; its examples all have rare unigrams. split, case: what a token is, see `Tokens`; a
    vocabulary must have been counted with the same. A text without tokens stays, and so does null.

    Cost: the vocabulary is read and cut beforehand. Its `at_hand` most frequent tokens, 8 bytes
    each, are broadcast and settle nearly all texts without a shuffle: all, if the list is no
    longer. Else two shuffles of the tokens that are not at hand, 16 bytes for each occurrence, and
    one of whole rows where more than a million texts are dropped; then steps before it in the
    same job run twice.
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
            raise ValueError("by wants at least one kind of token: [unigrams], say")
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
        away = absent(pairs, self.tokens, self.by, held(counts, head))
        if listed == head:
            return pairs.where(F.size(away) == 0)
        return without(pairs, hash_of(pairs, "text"), rare_texts(pairs, away, counts, listed))

    def _counts(self, spark: SparkSession) -> DataFrame | None:
        """token and count; None if the run has left no table to count, or there is no run yet."""
        if self.vocabulary:
            return read(spark, self.vocabulary)
        run = self.needed_run()
        return of_run(spark, run, self.raw, self.tokens) if run.folder else None


def rare_texts(pairs: DataFrame, away: Column, counts: DataFrame, listed: Cut) -> DataFrame:
    """key, count: hashes of the texts with a token that is not listed, and how many they have.

    away: hashes of a text's tokens that are not at hand. No such token is frequent, so no task gets
    many of one.
    """
    asked = pairs.select(hash_of(pairs, "text").alias("key"), F.explode(away).alias("token"))
    known = counts.where(listed.holds()).select(token_hash().alias("token"))
    rare = asked.join(known, "token", how="left_anti")
    return rare.groupBy("key").agg(F.count("*").alias("count"))


def absent(pairs: DataFrame, tokens: Tokens, kinds: tuple[Kind, ...], head: Hashes) -> Column:
    """Hashes of a text's tokens that `head`, which is broadcast, does not have.

    An empty list for null and for rows with a problem.
    """
    shared = pairs.sparkSession.sparkContext.broadcast(head)

    @F.arrow_udf(ArrayType(LongType()))  # type: ignore[attr-defined, untyped-decorator]
    def not_in_head(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
        for texts in batches:
            yield lacking(texts, tokens.split, kinds, shared.value)

    function: Callable[[Column], Column] = not_in_head
    return function(F.when(~is_problem(pairs), tokens.cased(F.col("text"))))
