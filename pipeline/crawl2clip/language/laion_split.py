"""Assign pairs to LAION-5B's three sets."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

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
        known = F.col("lang").isNotNull() & F.col("lang_reliable")
        split = F.when(known, F.when(F.col("lang") == "en", "en").otherwise("multi"))
        return pairs.withColumn("laion_split", F.coalesce(split, F.lit("nolang")))
