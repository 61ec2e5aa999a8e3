"""Drop near-duplicate texts, which share most of their characters."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.dedup.near import minhash
from crawl2clip.dedup.near.sorted_neighbourhood import Bools, Ints, near_pairs
from crawl2clip.dedup.spark.connected_components import components
from crawl2clip.dedup.spark.keep_best import keep_one
from crawl2clip.stage import Stage, is_problem, stage

_BANDED = ["key", "place", "text"]


@stage
class DropNearDuplicateTexts(Stage):
    """Keep one pair of each group of texts that are nearly the same, ignoring case.

    Two texts are nearly the same if the Jaccard similarity of their sets of five-character runs is
    at least `similarity`. Of all pairs linked in this way, directly or through others, the one with
    the smallest uid is kept. A row without text or with a problem is kept. Pairs with the same uid
    stay or go together. `within`: columns that must be equal as well: with [canonical_url], texts
    are compared that belong to the same image.

    Candidates come from MinHash (Broder 1997) with 128 hashes, in so many bands that two texts of
    just that similarity meet with probability `recall`, and more similar ones more surely.
    Candidates are verified on their texts, so no link is an estimate. Within a band each text is
    compared with the `reach` next ones in alphabetical order, however many meet there. Of a text
    longer than 1,000 characters, the first 1,000 are used.

    Cost: the distinct texts are shuffled once per band, 18 times by default; two shuffles of the
    edges for each of the few rounds of `components`; finally a join with the texts that have near
    duplicates, which shuffles whole rows by text if these are too many to broadcast. A core hashes
    about 80,000 texts a second. Reads its input three times: best as the first step of a job, after
    `drop_duplicates`.
    """

    reads = ("uid", "text")
    main = "similarity"

    similarity: float = 0.8
    recall: float = 0.95
    reach: int = 16
    within: tuple[str, ...] = ()

    def check(self) -> None:
        if not 0 < self.similarity <= 1:
            raise ValueError(f"similarity is above 0 and at most 1, not {self.similarity}")
        if not 0 < self.recall < 1:
            raise ValueError(f"recall is a probability below 1, 0.95 say, not {self.recall}")
        if self.reach < 1:
            raise ValueError(f"reach is {self.reach}; it must be 1 or more")
        minhash.rows_per_band(self.similarity, self.recall)

    def __call__(self, pairs: DataFrame) -> DataFrame:
        text, place = _letters(pairs), _place(self.within)
        said = pairs.select(text.alias("text"), place.alias("place")).dropna().distinct()
        rows = minhash.rows_per_band(self.similarity, self.recall)
        edges = near_texts(banded(said, rows), self.similarity, self.reach)
        return keep_one(pairs, components(edges), _node(place, text))


def banded(said: DataFrame, rows: int) -> DataFrame:
    """Return (key, place, text) for each band of each text.

    Keys are equal where band and place are.
    """

    def keyed(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            keys = minhash.band_keys(batch["text"], rows).view(np.int64)
            of = pa.array(np.repeat(np.arange(len(keys)), keys.shape[1]))
            said = [batch["place"].take(of), batch["text"].take(of)]
            yield pa.RecordBatch.from_arrays([pa.array(keys.ravel()), *said], names=_BANDED)

    found = said.mapInArrow(keyed, "key LONG, place STRING, text STRING")
    return found.withColumn("key", F.xxhash64("key", "place"))


def near_texts(banded: DataFrame, similarity: float, reach: int) -> DataFrame:
    """Return the edges (a, b) between nodes of texts that share a band and are similar enough."""

    def near(table: pa.Table, first: Ints, second: Ints) -> Bools:
        texts, places = table["text"].to_pylist(), table["place"].to_pylist()
        return np.fromiter(
            (
                places[i] == places[j] and minhash.jaccard(texts[i], texts[j]) >= similarity
                for i, j in zip(first.tolist(), second.tolist(), strict=True)
            ),
            bool,
            len(first),
        )

    def edges(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from near_pairs(batches, ["key"], ["place", "text"], reach, near)

    sorted_ = banded.repartition("key").sortWithinPartitions("key", "place", "text")
    schema = "place_a STRING, text_a STRING, place_b STRING, text_b STRING"
    found = sorted_.mapInArrow(edges, schema)
    nodes = [_node(F.col(f"place_{side}"), F.col(f"text_{side}")).alias(side) for side in "ab"]
    return found.select(*nodes)


def _letters(pairs: DataFrame) -> Column:
    """Return the text that is compared; null for a row with a problem."""
    return F.when(~is_problem(pairs), F.lower("text"))


def _place(within: tuple[str, ...]) -> Column:
    """Return a value that is equal where all columns of `within` are, and null where one is."""
    known = F.lit(True)
    for name in within:
        known &= F.col(name).isNotNull()
    together = F.md5(F.to_json(F.struct(*within))) if within else F.lit("")
    return F.when(known, together)


def _node(place: Column, text: Column) -> Column:
    """Return a 128-bit id of a text: among 10^11 texts no collision is to be expected."""
    return F.unhex(F.md5(F.concat(place, text)))
