"""Drop captions that are shared by too many images."""

from pyspark.sql import DataFrame

from crawl2clip.filter.spark.heavy_hitters import drop_keys, frequent_keys, hash_of
from crawl2clip.stage import Stage, stage


@stage
class CaptionFrequency(Stage):
    """Keep texts that at most `most_images` distinct images share; the others are boilerplate.

    ALIGN (Jia et al. 2021, sec. 3) drops texts shared by more than 10 images, such as "image of the
    day". Texts are compared verbatim, so case and white space matter.

    by: the column that identifies an image. Only the pairs that reach this step are counted: image
    filters that run before it lower the counts, as in the paper's order. A pair without a text or
    an image is not counted and is kept.

    Cost: reads the text and `by` in a first pass, so steps before it in the same job run twice. One
    shuffle of 16 bytes per distinct (text, image) pair, and one of the remaining rows if more than
    a million texts are dropped.
    """

    reads = ("text",)
    main = "most_images"

    most_images: int = 10
    by: str = "url"

    def check(self) -> None:
        if self.most_images < 1:
            raise ValueError(f"most_images must be 1 or more, not {self.most_images}")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        shared = frequent_keys(pairs, "text", self.by, self.most_images)
        return drop_keys(pairs, hash_of(pairs, "text"), shared)
