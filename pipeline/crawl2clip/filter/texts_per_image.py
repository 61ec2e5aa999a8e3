"""Images that everything has been said about: logos, spacers, buttons."""

from typing import Literal

from pyspark.sql import DataFrame

from crawl2clip.filter.spark.heavy_hitters import crowded, crowded_by_all, hash_of, without
from crawl2clip.stage import Stage, stage


@stage
class TextsPerImage(Stage):
    """Keep images with at most `most` texts.

    ALIGN (Jia et al. 2021, sec. 3) drops images with more than 1,000 associated texts, and does not
    say whether a text counts once an image ('different') or each time ('all').

    by: the column that tells images apart: url, canonical_url, or sha256 once they are fetched.
    What is counted are the pairs that come in. A pair without a text or an image is not counted,
    and stays.

    Cost: reads text and `by` beforehand, so steps before it in the same job run twice; one shuffle,
    of 16 bytes for each different pair of image and text ('all': for each image), and of the rows
    that are left where more than a million images are dropped.
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
        count = crowded if self.texts == "different" else crowded_by_all
        described = count(pairs, self.by, "text", self.most)
        return without(pairs, hash_of(pairs, self.by), described)
