"""Drop captions that are too short to describe an image or too long to be captions."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.filter.frequency.tokenizer import TokenizedTexts
from crawl2clip.filter.spark.token_columns import Split, Tokens
from crawl2clip.spark.arrow_step import InWorkers, Judged
from crawl2clip.stage import Filter, stage


@stage
class CaptionLength(Filter):
    """Keep texts of `min_words` to `max_words` words, inclusive, separated by white space.

    ALIGN (Jia et al. 2021, sec. 3) keeps 3 to 20 unigrams. split: with 'scripts', each letter of a
    script that is written without spaces counts as a word.
    """

    reads = ("text",)

    min_words: int = 3
    max_words: int = 20
    split: Split = "blanks"

    def check(self) -> None:
        if not 0 <= self.min_words <= self.max_words:
            raise ValueError(
                f"min_words {self.min_words} and max_words {self.max_words} leave nothing; "
                "min_words must be 0 or more and at most max_words"
            )

    def keep(self) -> Column:
        words = F.size(Tokens(self.split, case="kept").unigrams(F.col("text")))
        return words.between(self.min_words, self.max_words)

    def in_workers(self, pairs: DataFrame) -> InWorkers:
        """Return the filter that counts the same words in Arrow."""
        split, least, most = self.split, self.min_words, self.max_words

        def fit(texts: pa.Array) -> pa.BooleanArray:
            numbers = np.bincount(TokenizedTexts.of(texts, split).texts, minlength=len(texts))
            return pa.array((least <= numbers) & (numbers <= most), mask=_is_null(texts))

        return Judged(("text",), fit).in_workers(pairs)


def _is_null(texts: pa.Array) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = texts.is_null().to_numpy(zero_copy_only=False)
    return found
