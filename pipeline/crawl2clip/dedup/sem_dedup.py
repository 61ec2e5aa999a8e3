"""Drop semantic duplicates: copies that hashes miss, and product photographs of the same thing."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from crawl2clip.dedup.semantic import kmeans
from crawl2clip.dedup.semantic.embedding_matrix import Floats, matrix
from crawl2clip.dedup.semantic.semdedup_greedy import Against, RepeatFinder
from crawl2clip.spark.draw import draw
from crawl2clip.stage import Stage, is_problem, stage

_ASSIGNED = "cluster LONG, nearness DOUBLE, uid STRING, embedding ARRAY<FLOAT>"


@stage
class SemDedup(Stage):
    """Drop pairs whose embedding is close to that of an earlier pair (SemDeDup).

    Abbas et al. 2023 (arXiv:2303.09540): embeddings are clustered into k clusters by spherical
    k-means and ordered within each cluster by `keep`; a pair is dropped if its cosine with an
    earlier one is above 1 - eps. So a larger eps drops more: of LAION-440M 30 % at 0.00095, 50 % at
    0.03. keep: 'hard', the paper's, puts those farthest from the centre first; 'easy' the nearest;
    'random' orders by a hash of uid and seed. Ties go by uid.

    against: the earlier pairs to compare with. The paper's code uses 'all': of a chain a, b, c, in
    which only neighbours are alike, it drops c because of b, which is dropped itself. The default
    'kept' compares with pairs that are kept, leaves c, and drops nothing without a similar pair
    that stays.

    embedding: the column, an array of floats of any norm but zero. Rows without it or with a
    problem are kept. Pairs with the same uid stay or go together.

    Centres are learnt on the driver from `sample_per_cluster` times k pairs, chosen by a hash of
    uid and seed: 64 times 50,000 embeddings of 512 dimensions take 7 GB, so
    spark.driver.maxResultSize must allow that, and the memory must be a multiple of it. k is
    reduced if there are fewer than 39 pairs per cluster. The authors' code learns from all pairs,
    with faiss on GPUs. Of each cluster the latest `most` embeddings that count are remembered,
    older ones are forgotten.

    Cost: reads its input three times, and multiplies each embedding with k centres and those
    remembered of its cluster; one shuffle of embeddings by cluster, one of uids, and finally one of
    whole rows by uid if the dropped uids are too many to broadcast. Give it a job of its own.
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
        """Return (uid, repeats) for each row."""
        cosine, against, most = 1 - self.eps, self.against, self.most

        def repeats(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            found = RepeatFinder(cosine, against, most)
            for batch in batches:
                verdicts = found.repeats(batch["cluster"].to_numpy(), matrix(batch["embedding"]))
                yield pa.RecordBatch.from_arrays(
                    [batch["uid"], pa.array(verdicts)], names=["uid", "repeats"]
                )

        return sorted_.mapInArrow(repeats, "uid STRING, repeats BOOLEAN")


def assigned(known: DataFrame, centres: Floats) -> DataFrame:
    """Return each (uid, embedding) with its cluster and, as `nearness`, its cosine with it."""
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
