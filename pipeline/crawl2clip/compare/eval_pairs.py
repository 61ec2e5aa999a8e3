"""Prepare what all networks are evaluated on: held-out pairs, as a table and as files, and sets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

from crawl2clip.engine import fingerprint
from crawl2clip.evaluation import zero_shot
from crawl2clip.evaluation.evaluation_sets import EvaluationSet
from crawl2clip.filter_network.evaluation import Evaluator
from crawl2clip.filter_network.settings import LOCAL
from crawl2clip.recipe import RecipeError
from crawl2clip.score.clip.models import ModelChoice, load
from crawl2clip.score.score_clip import ScoreClip

TOLD = ("acc1", "image_retrieval_recall@1", "text_retrieval_recall@1")


@dataclass(frozen=True)
class EvaluationPairs:
    """The data that all networks are evaluated on.

    table: Parquet with uid, text and image. sets: the same pairs as an evaluation set, then the
    given ones. digest: of what is measured.
    """

    table: str
    sets: tuple[EvaluationSet, ...]
    pairs: int
    digest: str
    judge: Evaluator = Evaluator()  # noqa: RUF009  frozen, so sharing it is safe

    def scores(self, spark: SparkSession, network: Path) -> dict[str, float]:
        """Return the metrics of the network in a folder."""
        pairs = spark.read.parquet(self.table)
        weights = f"{LOCAL}{network.resolve()}"
        found = self.judge.evaluate(pairs, ScoreClip("", weights, embeddings="float32"))
        scores = {"auc": found.auc, "mismatched_left": found.left}
        model = load(ModelChoice("", weights), _device())
        for each in self.sets:
            own = each is self.sets[0]
            for name, value in zero_shot.evaluate_set(model, each).items():
                if name in TOLD and value is not None:
                    scores[name if own else f"{each.name} {name}"] = float(value)
        return scores


def write_pairs(pairs: DataFrame, given: Sequence[EvaluationSet], folder: Path) -> EvaluationPairs:
    """Write at most 5,000 pairs into folders named by a hash of their uids.

    Raises RecipeError if there are fewer than two.
    """
    uids = sorted(row["uid"] for row in pairs.select("uid").collect())
    if len(uids) < 2:
        raise RecipeError(f"{len(uids)} held-out pairs have images, and it takes two to compare")
    digest = fingerprint.digest(uids)
    table, files = folder / digest[:16] / "pairs", folder / digest[:16] / "files"
    if not (table / "_SUCCESS").exists():
        pairs.coalesce(1).write.mode("overwrite").parquet(str(table))
    files.mkdir(exist_ok=True)
    for row in pairs.sparkSession.read.parquet(str(table)).toLocalIterator():
        # Whatever the format: images are recognised by their bytes.
        (files / f"{row['uid']}.jpg").write_bytes(row["image"])
        (files / f"{row['uid']}.txt").write_text(" ".join(row["text"].split()), encoding="utf-8")
    named = [f"{one.name} {one.folder.resolve()}" for one in given]
    return EvaluationPairs(
        str(table),
        (EvaluationSet.of(files), *given),
        len(uids),
        fingerprint.digest([uids, *named]),
    )


def _device() -> str:
    import torch

    return "cuda:0" if torch.cuda.is_available() else "cpu"
