"""What unfiltered pairs in its training set do to a filter network: DFN, section 5, figure 4."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from crawl2clip.filter_network.dataset_builder import Preparing
from crawl2clip.filter_network.evaluation import Judge, Judgement
from crawl2clip.filter_network.launch import trained
from crawl2clip.filter_network.settings import Training
from crawl2clip.io.redaction import public
from crawl2clip.score.score_clip import ScoreClip
from crawl2clip.spark.draw import draw

RESULT = "poison.json"


@dataclass(frozen=True)
class Poison:
    """good: a table of image and text. pool: the same, unfiltered. shares: of the pool in the set.

    pairs: of every training set: the paper's 10 million, whatever their mixture. judged: a table of
    true pairs that no network sees. crawl: unfiltered pairs for the networks to filter, with
    `is_true`; without, it is the judged pairs, some given another's caption.
    The paper measures a network by its ImageNet accuracy, and the data it induces by that of a
    network trained on them; here they are the AUC of true against mismatched pairs, and the share
    of false pairs that the cut leaves.
    """

    good: str
    pool: str
    judged: str
    pairs: int
    crawl: str = ""
    shares: tuple[float, ...] = (0.0, 0.05, 0.2, 0.5, 1.0)
    training: Training = Training()  # noqa: RUF009  frozen, so sharing it is safe
    judge: Judge = Judge()  # noqa: RUF009

    def check(self) -> None:
        """Raise ValueError, saying what would be right."""
        if not self.shares or not all(0 <= share <= 1 for share in self.shares):
            raise ValueError(f"shares are 0 to 1, not {self.shares}")
        if self.pairs < self.training.batch_size:
            raise ValueError(f"{self.pairs} pairs are less than a batch")
        self.training.check()
        self.judge.check()

    def __call__(self, spark: SparkSession, folder: str) -> list[dict[str, float]]:
        """A point for each share, also in FOLDER/poison.json; networks that are there stay."""
        points = []
        for share in self.shares:
            found = self._point(spark, share, Path(folder) / f"share_{share:g}")
            points.append({"share": share, **asdict(found)})
        about = {"asked": public(asdict(self)), "points": points}
        Path(folder, RESULT).write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
        return points

    def _point(self, spark: SparkSession, share: float, home: Path) -> Judgement:
        table = str(home / "set")
        if not (home / "set" / "_SUCCESS").exists():
            self._mixture(spark, share).write.mode("overwrite").parquet(table)
        trained(
            spark, Preparing(table, held_out=0, seed=self.training.seed), self.training, str(home)
        )
        weights = f"local-dir:{home}"
        judged = spark.read.parquet(self.judged)
        found = self.judge(judged, ScoreClip("", weights, embeddings="float32"))
        if not self.crawl:
            return found
        crawl = spark.read.parquet(self.crawl)
        return replace(found, left=self.judge.left_of(crawl, ScoreClip("", weights)))

    def _mixture(self, spark: SparkSession, share: float) -> DataFrame:
        """Nested: what a share took from the pool, a larger share takes too."""
        from_pool = round(share * self.pairs)
        some = self._some(spark, self.pool, from_pool)
        return self._some(spark, self.good, self.pairs - from_pool).unionByName(some)

    def _some(self, spark: SparkSession, table: str, count: int) -> DataFrame:
        """The first so many in an order by chance. Raises ValueError if there are fewer."""
        pairs = spark.read.parquet(table).select("image", "text")
        there = pairs.count()
        if there < count:
            raise ValueError(f"{table} has {there} pairs, fewer than the {count} that are wanted")
        chance = draw(self.training.seed, key=F.concat("image", F.encode("text", "UTF-8")))
        return pairs.orderBy(chance, "text").limit(count)
