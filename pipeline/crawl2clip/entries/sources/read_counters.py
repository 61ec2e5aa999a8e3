"""Count what was read, and what could not be."""

from pyspark.sql import Column, DataFrame, Observation
from pyspark.sql import functions as F

from crawl2clip.entries.sources.texts import KINDS


class ReadCounters:
    """Counts rows while they are written to a table, without a pass of its own."""

    def __init__(self) -> None:
        self._observations: list[Observation] = []

    def texts(self, texts: DataFrame) -> DataFrame:
        """Count texts, and problems by kind."""
        kinds = [F.count_if(F.col("problem").startswith(f"{kind}:")).alias(kind) for kind in KINDS]
        return self._observed(texts, F.count_if(F.col("problem").isNull()).alias("texts"), *kinds)

    def pageviews(self, views: DataFrame) -> DataFrame:
        """Count malformed lines."""
        return self._observed(views, F.count_if(F.col("title").isNull()).alias("pageviews"))

    def _observed(self, table: DataFrame, *counts: Column) -> DataFrame:
        self._observations.append(Observation())
        return table.observe(self._observations[-1], *counts)

    def counted(self) -> dict[str, int]:
        """Return the counts by name: `texts`, and kinds of problems.

        The counted jobs must have run.
        """
        return {name: n for seen in self._observations for name, n in seen.get.items()}
