"""How much was read, and what could not be."""

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from crawl2clip.entries.sources.texts import KINDS


class Seen:
    """Counts what passes by on the way into a table, with no pass of its own."""

    def __init__(self) -> None:
        self._observations: list[Observation] = []

    def texts(self, texts: DataFrame) -> DataFrame:
        """Counts texts, and problems by kind."""
        kinds = [F.count_if(F.col("problem").startswith(f"{kind}:")).alias(kind) for kind in KINDS]
        return self._observed(texts, F.count_if(F.col("problem").isNull()).alias("texts"), *kinds)

    def pageviews(self, views: DataFrame) -> DataFrame:
        """Counts lines that are none."""
        return self._observed(views, F.count_if(F.col("title").isNull()).alias("pageviews"))

    def _observed(self, table: DataFrame, *counts: Column) -> DataFrame:
        self._observations.append(Observation())
        return table.observe(self._observations[-1], *counts)

    def counted(self) -> dict[str, int]:
        """By name: `texts`, and kinds of problems. What counts them must have run."""
        return {name: n for seen in self._observations for name, n in seen.get.items()}
