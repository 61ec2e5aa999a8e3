"""Drop near-duplicate images: copies that were resized or recompressed."""

from collections.abc import Iterator

import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.dedup.near import hamming_index
from crawl2clip.dedup.near.pdq import BITS_BYTES, BYTES
from crawl2clip.dedup.near.sorted_neighbourhood import Bools, Ints, near_pairs
from crawl2clip.dedup.spark.connected_components import components
from crawl2clip.dedup.spark.keep_best import keep_one
from crawl2clip.stage import Stage, is_problem, stage

_BAND_BYTES = 2
_BUCKET = ["band", "prefix"]
_EDGE = ["band", "rotated"]


@stage
class DropNearDuplicateImages(Stage):
    """Keep one pair of each group of images that look the same, including copies of copies.

    Two images look the same if their `phash` differs in at most `max_distance` of 256 bits (PDQ's
    authors recommend 31) and the colours of a 4 x 4 mosaic by at most `max_colour` of 255 levels,
    as a root mean square. Of all images linked in this way, directly or through others, the one
    with the most pixels is kept, and among these the one with the smallest uid. A pair without
    phash resembles no other and is kept, and so is a row with a problem. Pairs with the same uid
    stay or go together.

    Candidates come from a sorted neighbourhood: hashes are sorted sixteen times, each time starting
    with different 16 bits, and each is compared with the `reach` next ones that share these bits.
    This finds all pairs up to 15 bits apart, and nearly all up to 31, as long as few more than
    `reach` hashes share a prefix. In a larger set, two hashes are neighbours if they also agree in
    the bits that follow, which close ones do in one of the sixteen orders. Every candidate is
    verified: no pair farther apart is linked.

    Cost: one shuffle of the distinct hashes, 16 times 81 bytes each, however many copies there are;
    two shuffles of the edges for each of the few rounds of `components`; finally a join with the
    hashes that have copies, which shuffles whole rows by phash if these are too many to broadcast.
    Reads its input three times: let the job before write the hashes.
    """

    reads = ("uid", "phash")
    main = "max_distance"

    max_distance: int = 31
    max_colour: float = 6.0
    reach: int = 16

    def check(self) -> None:
        if not 0 <= self.max_distance <= 8 * BITS_BYTES:
            raise ValueError(f"max_distance is 0 to {8 * BITS_BYTES} bits, not {self.max_distance}")
        if self.reach < 1:
            raise ValueError(f"reach is {self.reach}; it must be 1 or more")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        phash = F.when(~is_problem(pairs), F.col("phash"))
        hashes = pairs.select(phash.alias("phash")).dropna().distinct()
        edges = near_hashes(hashes, self.max_distance, self.max_colour, self.reach)
        return keep_one(pairs, components(edges), phash, _size(pairs))


def near_hashes(hashes: DataFrame, max_distance: int, max_colour: float, reach: int) -> DataFrame:
    """Return the edges (a, b) between distinct hashes, column `phash`, found to be close."""

    def near(table: pa.Table, first: Ints, second: Ints) -> Bools:
        found = hamming_index.words(table["rotated"].combine_chunks())
        return hamming_index.near(found[first], found[second], max_distance, max_colour)

    def edges(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from near_pairs(batches, _BUCKET, _EDGE, reach, near)

    bands = F.sequence(F.lit(0), F.lit(BITS_BYTES // _BAND_BYTES - 1))
    banded = hashes.select(F.explode(bands).alias("band"), "phash")
    at = F.col("band") * _BAND_BYTES
    rotated = banded.select("band", _rotated("phash", at).alias("rotated"))
    sorted_ = (
        rotated.select("band", F.substring("rotated", 1, _BAND_BYTES).alias("prefix"), "rotated")
        .repartition(*_BUCKET)
        .sortWithinPartitions("band", "rotated")
    )
    schema = "band_a INT, rotated_a BINARY, band_b INT, rotated_b BINARY"
    back = BITS_BYTES - F.col("band_a") * _BAND_BYTES
    return sorted_.mapInArrow(edges, schema).select(
        _rotated("rotated_a", back).alias("a"), _rotated("rotated_b", back).alias("b")
    )


def _rotated(name: str, by: Column) -> Column:
    """Rotate PDQ's bytes so that byte number `by` comes first; the colours keep their place."""
    bits, colours = F.substring(name, 1, BITS_BYTES), F.substring(name, BITS_BYTES + 1, BYTES)
    return F.concat(bits.substr(by + 1, F.lit(BITS_BYTES)), bits.substr(F.lit(1), by), colours)


def _size(pairs: DataFrame) -> Column:
    """Return the number by which pairs of a group are ranked: the pixels of the image, if known."""
    names = ("original_width", "original_height"), ("width", "height")
    known = [[F.col(side).cast("long") for side in sides] for sides in names
             if set(sides) <= set(pairs.columns)]  # fmt: skip
    return F.coalesce(*[width * height for width, height in known], F.lit(0))
