"""Drop images with too many texts: logos, spacers, buttons."""

from typing import Literal

from pyspark.sql import DataFrame

from crawl2clip.filter.spark.heavy_hitters import (
    drop_keys,
    frequent_keys,
    frequent_keys_by_pair,
    hash_of,
)
from crawl2clip.stage import Stage, stage


@stage
class TextsPerImage(Stage):
    """Keep images with at most `most` texts.

    ALIGN (Jia et al. 2021, sec. 3) drops images with more than 1,000 associated texts, and does not
    say whether a text counts once per image ('different') or every time ('all').

    by: the column that identifies an image: url, canonical_url, or sha256 once images are fetched.
    Only the pairs that reach this step are counted. A pair without a text or an image is not
    counted and is kept.

    Cost: reads the text and `by` in a first pass, so steps before it in the same job run twice. One
    shuffle of 16 bytes per distinct (image, text) pair ('all': per image), and one of the remaining
    rows if more than a million images are dropped.
    """

    reads = ("text",)
    main = "most"

    most: int = 1_000
    texts: Literal["different", "all"] = "different"
    by: str = "url"

    def check(self) -> None:
        if self.most < 1:
            raise ValueError(f"most is a number of texts, 1 or more, not {self.most}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        count = frequent_keys if self.texts == "different" else frequent_keys_by_pair
        described = count(pairs, self.by, "text", self.most)
        return drop_keys(pairs, hash_of(pairs, self.by), described)
