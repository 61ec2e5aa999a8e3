"""Measure what unfiltered training pairs do to a filter network (DFN, section 5, figure 4)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter_network.dataset_builder import PairSelection
from crawl2clip.filter_network.evaluation import EvaluationResult, Evaluator
from crawl2clip.filter_network.launch import train_network
from crawl2clip.filter_network.settings import TrainingSettings
from crawl2clip.io.redaction import public
from crawl2clip.score.score_clip import ScoreClip
from crawl2clip.spark.draw import draw

RESULT = "poison.json"


@dataclass(frozen=True)
class Poison:
    """Settings of the experiment.

    good: a table of image and text. pool: an unfiltered one. shares: of the pool in the training
    set. pairs: in every training set; the paper uses 10 million, whatever their mixture. judged: a
    table of true pairs that no network is trained on. crawl: unfiltered pairs for the networks to
    filter, with `is_true`; by default the judged pairs, some with another's caption.

    The paper measures a network by its ImageNet accuracy, and the data it selects by that of a
    network trained on them; here they are measured by the AUC of true against mismatched pairs, and
    by the share of false pairs that the cut keeps.
    """

    good: str
    pool: str
    judged: str
    pairs: int
    crawl: str = ""
    shares: tuple[float, ...] = (0.0, 0.05, 0.2, 0.5, 1.0)
    training: TrainingSettings = TrainingSettings()  # noqa: RUF009  frozen, so sharing it is safe
    judge: Evaluator = Evaluator()  # noqa: RUF009

    def check(self) -> None:
        """Raise ValueError, saying what would be right, if a setting is invalid."""
        if not self.shares or not all(0 <= share <= 1 for share in self.shares):
            raise ValueError(f"shares are 0 to 1, not {self.shares}")
        if self.pairs < self.training.batch_size:
            raise ValueError(f"{self.pairs} pairs are less than a batch")
        self.training.check()
        self.judge.check()

    def run(self, spark: SparkSession, folder: str) -> list[dict[str, float]]:
        """Return a point for each share, also written to FOLDER/poison.json.

        Existing networks are reused.
        """
        points = []
        for share in self.shares:
            found = self._point(spark, share, Path(folder) / f"share_{share:g}")
            points.append({"share": share, **asdict(found)})
        about = {"asked": public(asdict(self)), "points": points}
        Path(folder, RESULT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        return points

    def _point(self, spark: SparkSession, share: float, home: Path) -> EvaluationResult:
        table = str(home / "set")
        if not (home / "set" / "_SUCCESS").exists():
            self._mixture(spark, share).write.mode("overwrite").parquet(table)
        train_network(
            spark,
            PairSelection(table, held_out=0, seed=self.training.seed),
            self.training,
            str(home),
        )
        weights = f"local-dir:{home}"
        judged = spark.read.parquet(self.judged)
        found = self.judge.evaluate(judged, ScoreClip("", weights, embeddings="float32"))
        if not self.crawl:
            return found
        crawl = spark.read.parquet(self.crawl)
        return replace(found, left=self.judge.false_share_left(crawl, ScoreClip("", weights)))

    def _mixture(self, spark: SparkSession, share: float) -> DataFrame:
        """Return a training set.

        Those of a larger share contain the pool's pairs of a smaller one.
        """
        from_pool = round(share * self.pairs)
        some = self._some(spark, self.pool, from_pool)
        return self._some(spark, self.good, self.pairs - from_pool).unionByName(some)

    def _some(self, spark: SparkSession, table: str, count: int) -> DataFrame:
        """Return `count` pairs in a random order. Raises ValueError if there are fewer."""
        pairs = spark.read.parquet(table).select("image", "text")
        there = pairs.count()
        if there < count:
            raise ValueError(f"{table} has {there} pairs, fewer than the {count} that are wanted")
        chance = draw(self.training.seed, key=F.concat("image", F.encode("text", "UTF-8")))
        return pairs.orderBy(chance, "text").limit(count)
