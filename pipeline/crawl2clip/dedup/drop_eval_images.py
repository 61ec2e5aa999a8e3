"""Pictures that models will be judged by, and must not have seen."""

from functools import reduce
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession

from crawl2clip.dedup.evaluation import eval_set_index
from crawl2clip.dedup.evaluation.eval_set_index import Embeddings, Hashes, Known, Search, Values
from crawl2clip.dedup.near.hamming_index import MOST_BITS
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage

By = Literal["url", "canonical_url", "sha256", "phash", "embedding"]


@stage
class DropEvalImages(Judging):
    """Drop pairs whose image is in an evaluation set, or nearly so; those without the column stay.

    table: a Parquet file of the images that models will be judged by, with a column for each of
    `by`, which mean what they do here: url, canonical_url, sha256 (hex; of the bytes as published),
    phash (by perceptual_hash, or the 32 bytes of any PDQ), embedding (floats, by the model that
    gave the pairs theirs; no need for unit length). Nulls are passed over.

    by: what to compare; one match is enough to drop a pair. url, canonical_url, sha256: equal.
    phash: at most max_distance of 256 bits differ, 31 at most, and the colours of a 4 x 4 mosaic by
    max_colour levels of 255 on average, where both have them. embedding: the cosine with the
    column `embedding` is above min_cosine. ALIGN has 0.975 for its own model (Jia et al. 2021,
    appendix A); DataComp 0.604169 for the one of the ISC21 winner; the line belongs to the model.

    search: all compares each pair with each evaluation image. buckets is ALIGN's way for many of
    them: those in one bucket, that is with three common of the 10 nearest of 4,096 clusters, are
    compared; clusters are learnt from the table itself, fewer if it has less than 39 images for
    each, and where it is so small `all` is as fast.

    No shuffle: the table is read by the driver and broadcast, 144 bytes an image for phash and 4
    for each number of an embedding; a million images of 512 are 2 GB. A core compares 17,000
    hashes a second with a table of 100,000, and 4,000 embeddings of 512 with one of 10,000.
    """

    reads = ("uid",)
    files = ("table",)
    main = "table"

    table: str
    by: tuple[By, ...] = ("phash",)
    max_distance: int = MOST_BITS
    max_colour: float = 6.0
    min_cosine: float = 0.975
    search: Search = "all"
    embedding: str = "image_embedding"

    def check(self) -> None:
        if not self.by:
            raise ValueError("by wants at least one column: [phash], say")
        if not 0 <= self.max_distance <= MOST_BITS:
            raise ValueError(f"max_distance is 0 to {MOST_BITS} bits, not {self.max_distance}")
        if not -1 <= self.min_cosine <= 1:
            raise ValueError(f"min_cosine is from -1 to 1, not {self.min_cosine}")
        eval_set_index.check(self.table, self.by)

    def judged(self) -> Judged:
        broadcast = SparkSession.active().sparkContext.broadcast
        known = [broadcast(self._known(name)) for name in self.by]

        def are_new(*columns: pa.Array) -> pa.BooleanArray:
            pairs = zip(columns, known, strict=True)
            return pc.invert(reduce(pc.or_, (matches(values, one.value) for values, one in pairs)))

        names = [self.embedding if name == "embedding" else name for name in self.by]
        return Judged(tuple(names), are_new)

    def _known(self, name: By) -> Known:
        column = eval_set_index.column(self.table, name)
        if name == "phash":
            return Hashes(column, self.max_distance, self.max_colour)
        if name == "embedding":
            return Embeddings(column, self.min_cosine, self.search)
        return Values(column)


def matches(values: pa.Array, known: Known) -> pa.BooleanArray:
    """Return whether each is, or is near, a known value; false where it is null."""
    there = values.is_valid()
    verdicts = pa.array(known.among(values.filter(there)), pa.bool_())
    return pc.replace_with_mask(pa.repeat(False, len(values)), there, verdicts)
