"""Detect the language of captions with CLD3, as LAION-5B does."""

from operator import itemgetter

import pyarrow as pa
from pyspark.sql import DataFrame

from crawl2clip.language.classifiers import cld3
from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import Adding, stage


@stage
class DetectLanguageCld3(Adding):
    """Add the language that CLD3 detects, its probability, and whether CLD3 relies on it.

    Reliable is a probability of at least 0.7, or 0.5 for hr and bs. A text without letters, or
    shorter than `min_bytes` in UTF-8 with a blank at each end, has no language. Labels stay as
    CLD3 gives them: ru-Latn is Russian in Latin letters, iw is Hebrew, and "no", which needs quotes
    in YAML, is Norwegian.

    min_bytes, max_bytes: 5 and 2,000 for LAION-5B (Schuhmann et al. 2022); 0 and 1,000 where
    DataComp (Gadre et al. 2023) rebuilds LAION-2B, there without regard to reliability.
    """

    reads = ("text",)
    adds = ("lang", "lang_score", "lang_reliable")

    min_bytes: int = 5
    max_bytes: int = 2_000

    def check(self) -> None:
        if not 0 <= self.min_bytes < self.max_bytes:
            raise ValueError(
                f"min_bytes {self.min_bytes} and max_bytes {self.max_bytes} leave nothing to read; "
                "min_bytes must be 0 or more and less than max_bytes"
            )

    def added(self, pairs: DataFrame) -> Added:
        least, most = self.min_bytes, self.max_bytes

        def ready() -> Make:
            identifier = cld3.load(least, most)

            def found(texts: pa.Array) -> list[pa.Array]:
                rows = cld3.languages(identifier, texts.to_pylist())
                return [pa.array(map(itemgetter(n), rows), kind) for n, kind in enumerate(_KINDS)]

            return found

        return Added(self.reads, self.adds, ready)


_KINDS = (pa.string(), pa.float32(), pa.bool_())
