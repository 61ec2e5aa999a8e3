"""Which language a caption is in, as LAION-400M asked."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.language import cld2
from pipeline.schema import struct
from pipeline.stage import Stage, stage


@stage
class DetectLanguageCld2(Stage):
    """Add the language of most of the text by CLD2, that share, and whether CLD2 relies on it.

    LAION-400M (Schuhmann et al. 2021, arXiv:2111.02114) took what CLD2 calls English, reliable or
    not: `where: lang = 'en'`. lang_score is no probability here: 0.95 says that 95 % of the text is
    in the language. A text in no known language has none. Labels stay as CLD2 gives them: iw is
    Hebrew, zh-Hant Chinese in traditional characters. Needs pip install crawl2clip[cld2].
    """

    reads = ("text",)
    adds = ("lang", "lang_score", "lang_reliable")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        kinds = (pa.string(), pa.float32(), pa.bool_())

        @F.arrow_udf(struct(*self.adds))  # type: ignore[attr-defined, untyped-decorator]
        def language(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            for texts in batches:
                found = cld2.languages(texts.to_pylist())
                columns = zip(*found, strict=True) if found else ((), (), ())
                arrays = [pa.array(c, kind) for c, kind in zip(columns, kinds, strict=True)]
                yield pa.StructArray.from_arrays(arrays, names=list(DetectLanguageCld2.adds))

        found = pairs.withColumn("_language", language("text"))
        return found.select(*pairs.columns, *(f"_language.{name}" for name in self.adds))
