"""Drop captions that are too short to describe an image or too long to be captions."""

from pyspark.sql import Column
from pyspark.sql import functions as F

from crawl2clip.filter.spark.token_columns import Split, Tokens
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
