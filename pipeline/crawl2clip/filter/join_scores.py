"""Join scores that were computed elsewhere to their pairs."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.stage import Stage, stage


@stage
class JoinScores(Stage):
    """Add `columns` of a Parquet table to the pairs with the same values in `by`; drop nothing.

    For scores that no step here computes: the probability that an image is unsafe or watermarked or
    that a text is toxic, or a mean over a domain. Filter by them with a `where` afterwards:
    `punsafe < 0.5` and `pwatermark < 0.8` are LAION's thresholds, 0.1 for image and text
    DataComp's. `where` drops pairs without a score; use `coalesce(punsafe, 0) < 0.5` to keep them.

    by: one or more columns, such as uid, sha256 or laion_hash. If the table has several rows for a
    pair, the highest score of each column is taken. A column that the pairs already have is
    refused: nothing is overwritten.

    Cost: one shuffle of the pairs and one of the table, or none of the pairs if Spark finds the
    table small enough to broadcast.
    """

    files = ("table",)
    needs_spark = "joins the pairs with a table"

    table: str
    columns: tuple[str, ...]
    by: tuple[str, ...] = ("uid",)

    def check(self) -> None:
        if not (self.columns and self.by):
            raise ValueError("columns and by want at least one each: [punsafe] and [uid], say")
        if twice := set(self.columns) & set(self.by):
            raise ValueError(f"{', '.join(sorted(twice))} is in columns and in by")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        scores = pairs.sparkSession.read.parquet(self.table)
        # One row per key, so that no pair is duplicated.
        highest = scores.groupBy(*self.by).agg(*(F.max(name).alias(name) for name in self.columns))
        joined = pairs.join(highest, list(self.by), how="left")
        return joined.select(*pairs.columns, *self.columns)
