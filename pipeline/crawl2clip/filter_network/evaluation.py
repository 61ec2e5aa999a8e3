"""Evaluate a network on held-out pairs, which Spark scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyspark import StorageLevel
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from crawl2clip.filter_network.quality import auc, plant_mismatches, share_left
from crawl2clip.score.score_clip import ScoreClip

MOST = 20_000  # pairs whose similarities the driver can hold, 1.6 GB


@dataclass(frozen=True)
class EvaluationResult:
    """Results of an evaluation.

    auc: of true pairs against all mismatched ones. left: the share of mismatched pairs among the
    best `fraction`, after `plant` of all pairs were given another's caption.
    """

    pairs: int
    auc: float
    left: float


@dataclass(frozen=True)
class Evaluator:
    """Settings of an evaluation. most: number of pairs, chosen by a hash of image and text.

    All pairs are compared with each other: most * most comparisons.
    """

    most: int = 5_000
    plant: float = 0.25
    fraction: float = 0.15
    seed: int = 0

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if a setting is invalid."""
        if not 2 <= self.most <= MOST:
            raise ValueError(
                f"pairs must be 2 to {MOST:,}, not {self.most:,}: all are compared with all here"
            )
        if not 0 <= self.plant < 1 or not 0 < self.fraction <= 1:
            raise ValueError("plant is a share, 0 to 1; so is fraction, and not 0")

    def evaluate(self, pairs: DataFrame, network: ScoreClip) -> EvaluationResult:
        """Evaluate a network on pairs, a table of image and text.

        Raises ValueError if fewer than two of them can be scored.
        """
        images, texts, words = self._vectors(pairs, network)
        similarities = images @ texts.T
        same = words[:, None] == words[None, :]
        scores, wrong = plant_mismatches(similarities, self.plant, self.seed)
        left = share_left(scores, wrong, self.fraction)
        return EvaluationResult(len(words), auc(similarities, same), left)

    def false_share_left(self, crawl: DataFrame, network: ScoreClip) -> float:
        """Return the share of false pairs that the cut keeps of a table with `is_true`.

        Sorts scores, which are cached on the executors' disks. Raises ValueError if none of the
        pairs can be scored.
        """
        scored = network(crawl).where("problem is null").select("clip_score", "is_true", "text")
        scored = scored.persist(StorageLevel.DISK_ONLY)  # scored once: counting is a pass, too
        try:
            pairs = scored.count()
            if not pairs:
                raise ValueError("no pair of the crawl can be scored")
            order = F.desc("clip_score"), "text", "is_true"
            best = scored.orderBy(*order).limit(max(1, int(pairs * self.fraction)))
            [[share]] = best.agg(F.avg((~F.col("is_true")).cast("double"))).collect()
        finally:
            scored.unpersist()
        return float(share)

    def _vectors(self, pairs: DataFrame, network: ScoreClip) -> tuple[Any, Any, Any]:
        """Return the embeddings and text ids of the selected pairs, in the order of the hash."""
        chance = F.xxhash64("image", "text", F.lit(self.seed))
        some = (
            pairs.select("image", "text", chance.alias("chance")).orderBy("chance").limit(self.most)
        )
        scored = network(some).where("problem is null")
        # At most `most` rows: all of them are compared with each other.
        kept = scored.select("image_embedding", "text_embedding", "text", "chance").toPandas()
        if len(kept) < 2:
            raise ValueError("fewer than two pairs can be scored")
        kept = kept.sort_values(["chance", "text"])
        images, texts = (
            np.stack(kept[f"{side}_embedding"].to_list()) for side in ("image", "text")
        )
        return images, texts, np.unique(kept["text"], return_inverse=True)[1]
