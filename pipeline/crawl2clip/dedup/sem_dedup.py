"""Images that mean the same: copies that hashes miss, and pictures of one thing from one shop."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.dedup.semantic import kmeans
from crawl2clip.dedup.semantic.arrays import Floats
from crawl2clip.dedup.semantic.embedding_matrix import matrix
from crawl2clip.dedup.semantic.semdedup_greedy import Against, Repeats
from crawl2clip.spark.draw import draw
from crawl2clip.stage import Stage, is_problem, stage

_ASSIGNED = "cluster LONG, nearness DOUBLE, uid STRING, embedding ARRAY<FLOAT>"


@stage
class SemDedup(Stage):
    """Drop pairs whose embedding has one nearly like it that comes first. SemDeDup.

    Abbas et al. 2023 (arXiv:2303.09540): embeddings fall into k clusters by spherical k-means, and
    within a cluster come in the order of `keep`; one goes if its cosine with an earlier one is
    above 1 - eps. So the larger eps, the more goes: of LAION-440M 30 % at 0.00095, 50 % at 0.03.
    keep: hard, the paper's, has those first that are farthest from the centre; easy, the nearest;
    random, by a hash of uid and seed. Ties go by uid.

    against: the earlier ones that count. In the paper's code it is all of them, and of a chain a,
    b, c, in which only neighbours are alike, it drops c for the sake of b, which is gone itself.
    Counting those kept, which is the default here, leaves c, and nothing goes without one like it
    that stays.

    embedding: the column, an array of floats, of any length that is not zero. Rows without it or
    with a problem stay. Pairs of one uid stay or go together.

    Centres are learnt on the driver from `sample_per_cluster` times k pairs, chosen by a hash of
    uid and seed: of 64 times 50,000 embeddings of 512 these alone are 7 GB, so
    spark.driver.maxResultSize must allow that, and memory a multiple of it. k is less where there
    are fewer than 39 pairs for each. The code of the paper's authors learns from all, with faiss
    on GPUs. Of a cluster the latest `most` are remembered that count, the others forgotten.

    Cost: reads its input three times, and multiplies each embedding with k centres and those
    remembered of its cluster; one shuffle of embeddings by cluster, one of uids, and at last whole
    rows by uid, if what goes is too much to broadcast. Give it a job of its own.
    """

    reads = ("uid",)
    main = "eps"

    eps: float
    embedding: str = "image_embedding"
    k: int = 50_000
    iterations: int = 100
    keep: Literal["hard", "easy", "random"] = "hard"
    against: Against = "kept"
    sample_per_cluster: int = 64
    most: int = 32_768
    seed: int = 1234

    def check(self) -> None:
        if not 0 <= self.eps <= 2:
            raise ValueError(f"eps is 1 less a cosine, from 0 to 2, not {self.eps}")
        for name in ("k", "iterations", "sample_per_cluster", "most"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} is {getattr(self, name)}; it must be 1 or more")

    def __call__(self, pairs: DataFrame) -> DataFrame:
        uid = F.when(~is_problem(pairs), F.col("uid"))
        known = pairs.select(uid.alias("uid"), F.col(self.embedding).alias("embedding")).dropna()
        centres = self._centres(known)
        if not len(centres):
            return pairs
        sorted_ = (
            assigned(known, centres)
            .repartition("cluster")
            .sortWithinPartitions("cluster", *self._order(), "uid")
        )
        repeats = self._repeats(sorted_).groupBy("uid").agg(F.bool_and("repeats").alias("goes"))
        goes = repeats.where("goes").select(F.col("uid").alias("_goes"))
        return pairs.join(goes, uid == F.col("_goes"), how="left_anti")

    def _centres(self, known: DataFrame) -> Floats:
        wanted = self.k * self.sample_per_cluster
        share = min(1.0, wanted / max(1, known.count()))
        drawn = known.where(draw(self.seed) < share).toArrow().combine_chunks()
        if not drawn.num_rows:
            return np.empty((0, 0), np.float32)
        by_uid = pc.sort_indices(drawn["uid"])
        points = matrix(drawn["embedding"].take(by_uid).combine_chunks())
        return kmeans.train(points, self.k, self.iterations, self.seed)

    def _order(self) -> tuple[Column, ...]:
        return {
            "hard": (F.col("nearness"),),
            "easy": (F.col("nearness").desc(),),
            "random": (F.xxhash64("uid", F.lit(self.seed)),),
        }[self.keep]

    def _repeats(self, sorted_: DataFrame) -> DataFrame:
        """(uid, repeats) for each row."""
        cosine, against, most = 1 - self.eps, self.against, self.most

        def repeats(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            found = Repeats(cosine, against, most)
            for batch in batches:
                verdicts = found.of(batch["cluster"].to_numpy(), matrix(batch["embedding"]))
                yield pa.RecordBatch.from_arrays(
                    [batch["uid"], pa.array(verdicts)], names=["uid", "repeats"]
                )

        return sorted_.mapInArrow(repeats, "uid STRING, repeats BOOLEAN")


def assigned(known: DataFrame, centres: Floats) -> DataFrame:
    """Each (uid, embedding) with its cluster, and its cosine with the centre as `nearness`."""
    shared = known.sparkSession.sparkContext.broadcast(centres)

    def assign(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            points = matrix(batch["embedding"])
            near = kmeans.nearest(points, shared.value, 1)[:, 0] if len(points) else np.empty(0)
            nearness = kmeans.cosines(points, shared.value[near.astype(np.int64)])
            yield pa.RecordBatch.from_arrays(
                [pa.array(near, pa.int64()), pa.array(nearness), batch["uid"], batch["embedding"]],
                names=["cluster", "nearness", "uid", "embedding"],
            )

    return known.mapInArrow(assign, _ASSIGNED)
