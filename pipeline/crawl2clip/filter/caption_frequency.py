"""Captions that say nothing about the picture, for they stand beside too many."""

from pyspark.sql import DataFrame

from crawl2clip.filter.spark.heavy_hitters import crowded, hash_of, without
from crawl2clip.stage import Stage, stage


@stage
class CaptionFrequency(Stage):
    """Keep texts that at most `most_images` different images share; the rest is "image of the day".

    ALIGN (Jia et al. 2021, sec. 3) drops texts shared by more than 10 images, equal as a whole: so
    case and blanks matter.

    by: the column that tells images apart. What is counted are the pairs that come in: filters on
    images before this step lower the counts, as the paper's order has it. A pair without a text or
    an image is not counted, and stays.

    Cost: reads text and `by` beforehand, so steps before it in the same job run twice; one shuffle,
    of 16 bytes for each different pair of text and image, and of the rows that are left where more
    than a million texts are dropped.
    """

    reads = ("text",)
    main = "most_images"

    most_images: int = 10
    by: str = "url"

    def check(self) -> None:
        if self.most_images < 1:
            raise ValueError(f"most_images must be 1 or more, not {self.most_images}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        shared = crowded(pairs, "text", self.by, self.most_images)
        return without(pairs, hash_of(pairs, "text"), shared)
