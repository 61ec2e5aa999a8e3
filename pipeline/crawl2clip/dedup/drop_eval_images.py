"""Drop images that occur in evaluation sets, which a model must not be trained on."""

from functools import reduce
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession

from crawl2clip.dedup.evaluation import eval_set_index
from crawl2clip.dedup.evaluation.eval_set_index import (
    EmbeddingReference,
    ExactReference,
    HashReference,
    Reference,
    Search,
)
from crawl2clip.dedup.near.hamming_index import MOST_BITS
from crawl2clip.spark.arrow_step import Judged
from crawl2clip.stage import Judging, stage

By = Literal["url", "canonical_url", "sha256", "phash", "embedding"]


@stage
class DropEvalImages(Judging):
    """Drop pairs whose image is in an evaluation set, or is a near copy of one that is.

    Pairs without the compared column are kept.

    table: a Parquet file of the evaluation images, with a column for each of `by`. The columns have
    the same meaning as here: url, canonical_url, sha256 (hex, of the bytes as published), phash
    (from perceptual_hash, or the 32 bytes of any PDQ), embedding (floats, from the same model as
    the pairs'; any length). Nulls are ignored.

    by: what to compare; one match is enough to drop a pair. url, canonical_url, sha256: equality.
    phash: at most max_distance of 256 bits differ (at most 31), and the colours of a 4 x 4 mosaic
    by at most max_colour levels of 255 on average, where both have them. embedding: the cosine with
    the column `embedding` exceeds min_cosine. ALIGN uses 0.975 for its own model (Jia et al. 2021,
    appendix A); DataComp 0.604169 for that of the ISC21 winner; the threshold depends on the model.

    search: 'all' compares each pair with each evaluation image. 'buckets' is ALIGN's method for
    many of them: it compares images that share a bucket, that is, three of their 10 nearest of
    4,096 clusters. The clusters are learnt from the table itself, fewer if it has less than 39
    images per cluster; for so small a table 'all' is as fast.

    Cost: no shuffle. The driver reads the table and broadcasts it: 144 bytes per image for phash, 4
    for each number of an embedding; a million images of 512 dimensions take 2 GB. A core compares
    17,000 hashes a second with a table of 100,000, and 4,000 embeddings of 512 with one of 10,000.
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
            raise ValueError("by needs at least one column: [phash], say")
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

    def _known(self, name: By) -> Reference:
        column = eval_set_index.column(self.table, name)
        if name == "phash":
            return HashReference(column, self.max_distance, self.max_colour)
        if name == "embedding":
            return EmbeddingReference(column, self.min_cosine, self.search)
        return ExactReference(column)


def matches(values: pa.Array, known: Reference) -> pa.BooleanArray:
    """Return whether each is, or is near, a known value; false where it is null."""
    there = values.is_valid()
    verdicts = pa.array(known.has_match(values.filter(there)), pa.bool_())
    return pc.replace_with_mask(pa.repeat(False, len(values)), there, verdicts)
