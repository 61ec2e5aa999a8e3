"""Captions as LAION stored them."""

import pyarrow as pa
from pyspark.sql import DataFrame

from crawl2clip.filter.text.laion_cleaning import cleaned
from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import Adding, stage


@stage
class CleanText(Adding):
    """Add `text_clean`: the text mended by ftfy and without what can't be printed.

    LAION-5B's workers (Schuhmann et al. 2022) take the first 2,000 characters and let ftfy repair
    them, quotes, ligatures and widths included. Bars and backslashes, which they rewrite for the
    sake of their files, stay here. `text_fixed` is more careful: damage alone is repaired there.
    Null where nothing is left.
    """

    reads = ("text",)
    adds = ("text_clean",)

    most_chars: int = 2_000

    def check(self) -> None:
        if self.most_chars < 1:
            raise ValueError(f"most_chars is {self.most_chars}; it must be 1 or more")

    def added(self, pairs: DataFrame) -> Added:
        most = self.most_chars

        def ready() -> Make:
            return lambda texts: [
                pa.array([cleaned(text, most) for text in texts.to_pylist()], pa.string())
            ]

        return Added(("text",), self.adds, ready)
