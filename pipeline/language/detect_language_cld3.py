"""Which language a caption is in, as LAION asked."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.language import cld3
from pipeline.schema import struct
from pipeline.stage import Stage, stage


@stage
class DetectLanguageCld3(Stage):
    """Add the language that CLD3 finds, its probability, and whether CLD3 relies on it.

    Reliable is a probability of 0.7 and more, of 0.5 for hr and bs. A text without letters, or of
    less than `min_bytes` in UTF-8 and between two blanks, has no language. Labels stay as CLD3
    gives them: ru-Latn is Russian in Latin letters, iw is Hebrew, and "no", which wants quotes in
    YAML, is Norwegian.

    min_bytes, max_bytes: 5 and 2,000 for LAION-5B (Schuhmann et al. 2022); 0 and 1,000 where
    DataComp (Gadre et al. 2023) rebuilds LAION-2B, there without a look at reliability.
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

    def __call__(self, pairs: DataFrame) -> DataFrame:
        least, most, fields = self.min_bytes, self.max_bytes, list(_FIELDS)

        @F.arrow_udf(struct(*self.adds))  # type: ignore[attr-defined, untyped-decorator]
        def language(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            identifier = cld3.load(least, most)
            for texts in batches:
                found = cld3.languages(identifier, texts.to_pylist())
                columns = zip(*found, strict=True) if found else ((), (), ())
                arrays = [pa.array(c, kind.type) for c, kind in zip(columns, fields, strict=True)]
                yield pa.StructArray.from_arrays(arrays, fields=fields)

        found = pairs.withColumn("_language", language("text"))
        return found.select(*pairs.columns, *(f"_language.{name}" for name in self.adds))


_FIELDS = pa.schema(
    [("lang", pa.string()), ("lang_score", pa.float32()), ("lang_reliable", pa.bool_())]
)
