"""Captions too short to describe a picture, or too long to be a caption."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from pipeline.stage import Filter, stage


@stage
class CaptionLength(Filter):
    """Keep texts of `min_words` to `max_words` words, both included; words stand between blanks.

    ALIGN (Jia et al. 2021, sec. 3) keeps 3 to 20 unigrams.
    """

    reads = ("text",)

    min_words: int = 3
    max_words: int = 20

    def check(self) -> None:
        if not 0 <= self.min_words <= self.max_words:
            raise ValueError(
                f"min_words {self.min_words} and max_words {self.max_words} leave nothing; "
                "min_words must be 0 or more and at most max_words"
            )

    def keep(self) -> Column:
        # (?U) makes \s Unicode's white space, which Java's own is not.
        words = F.size(F.regexp_extract_all("text", F.lit(r"(?U)\S+"), 0))
        return words.between(self.min_words, self.max_words)
