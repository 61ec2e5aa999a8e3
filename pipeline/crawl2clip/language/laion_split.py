"""Assign pairs to LAION-5B's three sets."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.spark.arrow_conditions import with_column
from crawl2clip.spark.arrow_step import InWorkers
from crawl2clip.stage import Stage, stage


@stage
class LaionSplit(Stage):
    """Add `laion_split`: en, multi or nolang, by the language if CLD3 relies on it.

    LAION-5B (Schuhmann et al. 2022, sec. 3): 2.3 billion English pairs, 2.2 of another language,
    1.2 of no clear language. English in another script than Latin would be multi, as there.
    """

    reads = ("lang", "lang_reliable")
    adds = ("laion_split",)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        return pairs.withColumn("laion_split", self.split())

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        return with_column(pairs, "laion_split", self.split())

    def split(self) -> Column:
        """Return the set of a pair, a column that is never null."""
        known = F.col("lang").isNotNull() & F.col("lang_reliable")
        split = F.when(known, F.when(F.col("lang") == "en", "en").otherwise("multi"))
        return F.coalesce(split, F.lit("nolang"))
