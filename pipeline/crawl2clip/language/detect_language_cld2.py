"""Detect the language of captions with CLD2, as LAION-400M does."""

from operator import itemgetter

import pyarrow as pa
from pyspark.sql import DataFrame

from crawl2clip.language.classifiers import cld2
from crawl2clip.spark.arrow_step import Added
from crawl2clip.stage import Adding, stage


@stage
class DetectLanguageCld2(Adding):
    """Add the language of most of the text by CLD2, that share, and whether CLD2 relies on it.

    LAION-400M (Schuhmann et al. 2021, arXiv:2111.02114) took what CLD2 calls English, reliable or
    not: `where: lang = 'en'`. lang_score is no probability here: 0.95 means that 95 % of the text
    is in the language. A text in no known language has none. Labels stay as CLD2 gives them: iw is
    Hebrew, zh-Hant Chinese in traditional characters. Needs pip install crawl2clip[cld2].
    """

    reads = ("text",)
    adds = ("lang", "lang_score", "lang_reliable")

    def added(self, pairs: DataFrame) -> Added:
        return Added(self.reads, self.adds, lambda: _found)


_KINDS = (pa.string(), pa.float32(), pa.bool_())


def _found(texts: pa.Array) -> list[pa.Array]:
    rows = cld2.languages(texts.to_pylist())
    return [pa.array(map(itemgetter(n), rows), kind) for n, kind in enumerate(_KINDS)]
